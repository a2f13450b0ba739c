import type { z } from "zod";
import { mutation, record } from "~/access/verb.server.ts";
import type { Ctx, TxCtx } from "~/db/ctx.ts";
import { firstRow } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { askPatroni } from "~/observability/replication/patroni.server.ts";
import { Conflict, NotFound } from "~/platform/errors.ts";
import { carryOut } from "./carry-out.server.ts";
import { refuseUnlessReady } from "./may-lead.ts";
import { idInput, switchoverRow, type Switchover } from "./switchover.ts";

/** Held until the transaction ends: of two people who press at once, the second sees what the first did. */
export async function waitingSwitchover(ctx: TxCtx, id: string): Promise<Switchover> {
  const row = await firstRow(ctx.tx, sql`select * from console.switchover where id = ${id} for update`, switchoverRow);
  if (!row) throw new NotFound("There is no such switchover");
  if (row.state !== "WAITING") throw new Conflict("This switchover does not wait any more");
  return row;
}

const agreed = mutation({
  name: "switchover.agree",
  permission: "database.act",
  stepUp: true,
  input: idInput,
  async run({ ctx, input }): Promise<Switchover> {
    const waiting = await waitingSwitchover(ctx, input.id);
    const now = ctx.clock.now();
    if (waiting.asked_by === ctx.actor.id) throw new Conflict("You asked for it: someone else has to agree");
    if (waiting.expires_at <= now) throw new Conflict("Nobody agreed in time. Ask for it again");
    const { cluster } = await askPatroni();
    refuseUnlessReady(cluster, waiting.leader, waiting.candidate);
    const row = await firstRow(
      ctx.tx,
      sql`update console.switchover
          set state = 'RUNNING', agreed_by = ${ctx.actor.id}, agreed_name = ${ctx.actor.name}, began_at = ${now},
              timeline_before = ${cluster.leader!.timeline}, updated_at = ${now}
          where id = ${waiting.id}
          returning *`,
      switchoverRow,
    );
    await record(ctx, {
      action: "switchover.agree",
      resource: "switchover",
      resourceId: waiting.id,
      details: { leader: waiting.leader, candidate: waiting.candidate, askedBy: waiting.asked_name },
    });
    return row!;
  },
});

/** The second person: from here on it runs. */
export async function agreeToSwitchover(work: { ctx: Ctx; input: z.input<typeof idInput> }): Promise<string> {
  return carryOut(work.ctx, await agreed(work));
}
