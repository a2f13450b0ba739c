import { mutation, record } from "~/access/verb.server.ts";
import { execute } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { waitingSwitchover } from "./agree.server.ts";
import { idInput } from "./switchover.ts";

/** Whoever may act may also say no: the one who asked, or the one who should agree. */
export const withdrawSwitchover = mutation({
  name: "switchover.withdraw",
  permission: "database.act",
  input: idInput,
  async run({ ctx, input }): Promise<string> {
    const row = await waitingSwitchover(ctx, input.id);
    const now = ctx.clock.now();
    await execute(
      ctx.tx,
      sql`update console.switchover
          set state = 'WITHDRAWN', ended_at = ${now}, updated_at = ${now}
          where id = ${row.id}`,
    );
    await record(ctx, {
      action: "switchover.withdraw",
      resource: "switchover",
      resourceId: row.id,
      details: { leader: row.leader, candidate: row.candidate, askedBy: row.asked_name },
    });
    return `The switchover to ${row.candidate} is withdrawn. Nothing was changed.`;
  },
});
