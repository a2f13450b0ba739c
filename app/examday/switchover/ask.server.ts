import { z } from "zod";
import { isHere } from "~/access/policy.ts";
import { mutation, record } from "~/access/verb.server.ts";
import { execute, firstRow } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import type { Ctx, TxCtx } from "~/db/ctx.ts";
import { askPatroni } from "~/observability/replication/patroni.server.ts";
import { Conflict } from "~/platform/errors.ts";
import { plural } from "~/platform/format.ts";
import { newId } from "~/platform/ids.ts";
import { reasonField } from "~/platform/reason-field.ts";
import { today } from "../today.server.ts";
import { carryOut } from "./carry-out.server.ts";
import { refuseUnlessReady } from "./may-lead.ts";
import { LOST_MINUTES, switchoverRow, WAIT_MINUTES, type Switchover } from "./switchover.ts";

export const switchoverInput = z.object({
  leader: z.string().trim().min(1).max(200),
  candidate: z.string().trim().min(1, "Choose who takes over").max(200),
  reason: reasonField,
});

/** What nobody agreed to in time, or came back from, is over: it must not keep the next one out. */
async function endOverdue(ctx: TxCtx): Promise<void> {
  const now = ctx.clock.now();
  await execute(
    ctx.tx,
    sql`update console.switchover
        set state = case state when 'WAITING' then 'EXPIRED' else 'NOT_KNOWN' end,
            ended_at = ${now}, updated_at = ${now}
        where (state = 'WAITING' and expires_at <= ${now})
          or (state = 'RUNNING' and began_at <= ${now}::timestamptz - make_interval(mins => ${LOST_MINUTES}::int))`,
  );
}

/** Beside a server that is only watched, no exam is known of. */
async function touched(ctx: TxCtx): Promise<{ exams: number; sitting: number }> {
  if (!isHere("readiness.read")) return { exams: 0, sitting: 0 };
  const { live, soon, sitting } = await today({ ctx, input: {} });
  return { exams: live + soon, sitting };
}

const asked = mutation({
  name: "switchover.ask",
  permission: "database.act",
  stepUp: true,
  input: switchoverInput,
  async run({ ctx, input }): Promise<Switchover> {
    const { cluster } = await askPatroni();
    refuseUnlessReady(cluster, input.leader, input.candidate);
    const now = ctx.clock.now();
    await endOverdue(ctx);
    const { exams, sitting } = await touched(ctx);
    const row = await firstRow(
      ctx.tx,
      sql`insert into console.switchover
            (id, leader, candidate, reason, state, live_exams, sitting,
             asked_by, asked_name, asked_at, expires_at, began_at, timeline_before)
          values (${newId(now.getTime())}, ${input.leader}, ${input.candidate}, ${input.reason},
            ${exams > 0 ? "WAITING" : "RUNNING"}, ${exams}, ${sitting},
            ${ctx.actor.id}, ${ctx.actor.name}, ${now}, ${new Date(now.getTime() + WAIT_MINUTES * 60_000)},
            ${exams > 0 ? null : now}, ${cluster.leader!.timeline})
          on conflict ((true)) where state in ('WAITING', 'RUNNING') do nothing
          returning *`,
      switchoverRow,
    );
    if (!row) throw new Conflict("A switchover is already asked for or running. It stands on this page");
    await record(ctx, {
      action: "switchover.ask",
      resource: "switchover",
      resourceId: row.id,
      reason: input.reason,
      details: { leader: row.leader, candidate: row.candidate, liveExams: exams, sitting, begins: exams === 0 },
    });
    return row;
  },
});

/** Another primary. At once where no exam runs; while one does, a second person has to agree first. */
export async function askForSwitchover(work: { ctx: Ctx; input: z.input<typeof switchoverInput> }): Promise<string> {
  const row = await asked(work);
  if (row.state === "RUNNING") return carryOut(work.ctx, row);
  return `${plural(row.live_exams, "exam")} would be touched, with ${plural(row.sitting, "student")} writing now: someone else who may act on the database has to agree within ${WAIT_MINUTES} minutes.`;
}
