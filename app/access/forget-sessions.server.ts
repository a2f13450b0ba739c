import { clients } from "~/db/clients.server.ts";
import { execute } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";

/** On a clock: sessions that ended a month ago, and counts of guesses of yesterday. */
export async function forgetOldSessions(): Promise<void> {
  const { primary } = clients();
  await execute(primary, sql`delete from console.login_throttle where window_start < now() - interval '1 day'`);
  await execute(primary, sql`delete from console.staff_session where expires_at < now() - interval '30 days'`);
}
