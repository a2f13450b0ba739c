import { rolePool } from "~/db/clients.server.ts";
import { codeOf } from "~/db/retry.ts";
import { messageOf } from "~/platform/errors.ts";
import { quoteName } from "../indexes/quote.ts";
import type { Plan } from "./plan.server.ts";

/**
 * On a watched server, with its login as it is: in a transaction that can't write and is rolled back. Planning asks for the
 * same privileges as running, and a login with pg_monitor alone reads no table.
 */
export async function explainWatched(text: string): Promise<Plan> {
  const client = await rolePool("signaller")
    .connect()
    .catch((error: unknown) => messageOf(error));
  if (typeof client === "string") return { text: null, reason: `The server can't be reached: ${client}` };
  try {
    const { rows } = await client.query<{ version: number; login: string }>(
      `select current_setting('server_version_num')::int as version, current_user::text as login`,
    );
    const { version, login } = rows[0]!;
    if (version < 160_000) return { text: null, reason: "EXPLAIN (GENERIC_PLAN) exists from PostgreSQL 16." };
    await client.query("begin read only; set local statement_timeout = 2000; set local lock_timeout = 100");
    try {
      const result = await client.query<{ "QUERY PLAN": string }>(`explain (generic_plan, verbose off) ${text}`);
      return { text: result.rows.map((row) => row["QUERY PLAN"]).join("\n"), reason: null };
    } catch (error) {
      const refused = codeOf(error) === "42501";
      return {
        text: null,
        reason: `The server can't plan it: ${messageOf(error)}.`,
        // Said with its price: it lets this login read every row, which nothing else here asks for.
        grant: refused ? `GRANT pg_read_all_data TO ${quoteName(login)}; -- lets it read every table` : null,
      };
    } finally {
      await client.query("rollback");
    }
  } finally {
    client.release();
  }
}
