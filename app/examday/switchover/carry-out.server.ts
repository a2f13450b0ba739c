import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { spoolAct } from "~/access/act-spool.server.ts";
import { mutation, record } from "~/access/verb.server.ts";
import type { Act } from "~/audit/record.server.ts";
import type { Ctx } from "~/db/ctx.ts";
import { execute } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { askPatroni, switchOver } from "~/observability/replication/patroni.server.ts";
import { timelineOf } from "~/observability/replication/timeline.server.ts";
import { Conflict, messageOf } from "~/platform/errors.ts";
import { seconds } from "~/platform/format.ts";
import { log } from "~/platform/log.server.ts";
import { idInput, type Switchover } from "./switchover.ts";

/** How long the database may take to write again until what came of it goes to the spool instead. */
const PATIENCE_MS = 60_000;

const endInput = idInput.extend({
  state: z.enum(["DONE", "FAILED", "NOT_KNOWN"]),
  outcome: z.string(),
});
type End = z.output<typeof endInput>;

const act = (row: Switchover, end: End, timeline: number | null): Act => ({
  action: end.state === "DONE" ? "switchover.done" : "switchover.failed",
  resource: "switchover",
  resourceId: row.id,
  details: { leader: row.leader, candidate: row.candidate, outcome: end.outcome, timeline },
});

const ending = (row: Switchover) =>
  mutation({
    name: "switchover.end",
    permission: "database.act",
    input: endInput,
    async run({ ctx, input }): Promise<void> {
      const now = ctx.clock.now();
      const timeline = await timelineOf(ctx.tx);
      await execute(
        ctx.tx,
        sql`update console.switchover
            set state = ${input.state}, outcome = ${input.outcome}, timeline_after = ${timeline}, ended_at = ${now},
                updated_at = ${now}
            where id = ${input.id} and state in ('RUNNING', 'NOT_KNOWN')`,
      );
      await record(ctx, act(row, input, timeline));
    },
  });

/** Where no answer came, the cluster itself says who leads. */
async function whatCameOfIt(row: Switchover, error: unknown): Promise<End> {
  if (error instanceof Conflict) return { id: row.id, state: "FAILED", outcome: error.message };
  const cluster = await askPatroni().then(
    (asked) => asked.cluster,
    () => null,
  );
  const done = cluster?.leader?.name === row.candidate;
  return {
    id: row.id,
    state: done ? "DONE" : "NOT_KNOWN",
    outcome: done ? `${row.candidate} leads.` : `Patroni gave no answer (${messageOf(error)}). See who leads above.`,
  };
}

async function switched(row: Switchover): Promise<End> {
  try {
    await switchOver(row.leader, row.candidate);
  } catch (error) {
    return whatCameOfIt(row, error);
  }
  return { id: row.id, state: "DONE", outcome: `${row.candidate} leads.` };
}

/** The row and the entry are written on the new primary: they wait for it, and it can't be taken back, so nothing is lost. */
async function written(ctx: Ctx, row: Switchover, end: End): Promise<boolean> {
  const until = Date.now() + PATIENCE_MS;
  for (;;) {
    try {
      await ending(row)({ ctx, input: end });
      return true;
    } catch (error) {
      if (Date.now() > until) {
        spoolAct(ctx, act(row, end, null));
        log.warn({ reason: messageOf(error) }, "what came of a switchover is recorded in the spool");
        return false;
      }
      await sleep(100);
    }
  }
}

/** From the committed intent to its outcome. Refusals of Patroni are errors here; the ledger has them all. */
export async function carryOut(ctx: Ctx, row: Switchover): Promise<string> {
  const began = performance.now();
  const end = await switched(row);
  const switchedMs = performance.now() - began;
  if (end.state === "DONE") end.outcome = `${row.candidate} leads. Patroni took ${seconds(switchedMs / 1000)}.`;
  const back = await written(ctx, row, end);
  if (end.state !== "DONE") throw new Conflict(end.outcome);
  if (!back) return `${end.outcome} The console could not write for a minute since: its outcome is in the spool.`;
  return `${end.outcome} The console wrote again ${seconds((performance.now() - began - switchedMs) / 1000)} later.`;
}
