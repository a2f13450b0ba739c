import { z } from "zod";
import { read } from "~/access/verb.server.ts";
import { rows } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { LOST_MINUTES, switchoverRow, type Switchover } from "./switchover.ts";

const SHOWN = 10;

/** What is over by the clock is shown so, before anybody writes it down. */
function asOf(row: Switchover, now: number): Switchover {
  if (row.state === "WAITING" && row.expires_at.getTime() <= now) return { ...row, state: "EXPIRED" };
  const lost = row.state === "RUNNING" && row.began_at && now - row.began_at.getTime() > LOST_MINUTES * 60_000;
  return lost ? { ...row, state: "NOT_KNOWN" } : row;
}

export const switchovers = read({
  name: "switchover.list",
  permission: "database.read",
  input: z.object({}),
  async run({ ctx }): Promise<Switchover[]> {
    const found = await rows(
      ctx.tx,
      sql`select * from console.switchover order by asked_at desc, id desc limit ${SHOWN}`,
      switchoverRow,
    );
    return found.map((row) => asOf(row, ctx.clock.now().getTime()));
  },
});
