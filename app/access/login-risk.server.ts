import { z } from "zod";
import { judgeLogin, type RiskReason } from "~/audit/risk.server.ts";
import type { TxCtx } from "~/db/ctx.ts";
import { firstRow } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";

/** The first three parts of an IPv4 address, the first four of an IPv6 one: a network, not a machine. Ends where a part ends. */
function networkOf(address: string): string {
  const plain = address.replace(/^::ffff:(?=\d+\.)/, "");
  const [mark, parts] = plain.includes(":") ? [":", 4] : [".", 3];
  const network = plain.split(mark).slice(0, parts);
  return network.length === parts ? network.join(mark) + mark : plain;
}

/** How this login compares with the person's logins of the last 90 days. */
export async function loginRisk(ctx: TxCtx, staffId: string): Promise<RiskReason[]> {
  const now = ctx.clock.now();
  const hour = now.getUTCHours();
  const habits = await firstRow(
    ctx.tx,
    sql`select count(*)::int as logins,
               count(*) filter (
                 where replace(
                   ip_address, '::ffff:', ''
                 ) like ${`${networkOf(ctx.address ?? "").replaceAll(/[%_]/g, "")}%`}
               )::int as "fromThisNetwork",
               count(*) filter (
                 where extract(hour from created_at at time zone 'UTC')::int in (
                   ${hour}::int, ${(hour + 1) % 24}::int, ${(hour + 23) % 24}::int
                 )
               )::int as "aroundThisHour"
        from console.staff_session
        where staff_id = ${staffId}::uuid and created_at > ${new Date(now.getTime() - 90 * 86_400_000)}`,
    z.object({ logins: z.number(), fromThisNetwork: z.number(), aroundThisHour: z.number() }),
  );
  return judgeLogin(habits!, ctx.address ?? "an unknown address", hour);
}
