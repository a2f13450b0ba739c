import { z } from "zod";
import { measure } from "~/access/measure.server.ts";
import { may } from "~/access/policy.ts";
import { mutation, read, record } from "~/access/verb.server.ts";
import type { Ctx, TxCtx } from "~/db/ctx.ts";
import { firstRow, rows } from "~/db/query.ts";
import { sql, type Sql } from "~/db/sql.ts";
import { dryRun } from "~/db/dry-run.server.ts";
import { Forbidden, Invalid } from "~/platform/errors.ts";
import { groupBy } from "~/platform/group.ts";
import { EXPLAINABLE_TYPES } from "../signals.ts";
import { rescore } from "./rescore.server.ts";

/** After an incident ends, clients reconnect and send what they kept: these seconds belong to it still. */
const SLACK_SECONDS = 30;

const input = z.object({
  incidentId: z.uuid(),
  incidentNumber: z.number().int().positive(),
  from: z.date(),
  to: z.date(),
  /** The tenants that the incident reached; all of the scope where left out. */
  collegeIds: z.array(z.uuid()).max(5000).optional(),
  attemptIds: z.array(z.uuid()).max(50_000).optional(),
  types: z.array(z.string()).max(50).optional(),
  reason: z.string().trim().max(500).optional(),
});
type Input = z.output<typeof input>;

export type Explained = {
  signals: number;
  attempts: number;
  byType: { type: string; count: number }[];
  /** Reviews that leave the queue because what is left stays below their exam's threshold. */
  reviewsLeft: number;
  attemptIds: string[];
};

/**
 * The explainable signals `i` inside the window that none explains yet, and the attempts `s` they belong to. Client clocks may
 * be wrong by hours: a signal's time is its own plus the least delay that its attempt ever had, which is the skew plus the network.
 */
function inWindow(work: Input): { attempts: Sql; signals: Sql } {
  if (work.to <= work.from) throw new Invalid("The window ends before it starts", { to: ["The end must be after the start"] });
  const types = (work.types ?? EXPLAINABLE_TYPES).filter((type) => EXPLAINABLE_TYPES.includes(type));
  const colleges = work.collegeIds ?? null;
  const attempts = work.attemptIds ?? null;
  return {
    attempts: sql`
      with sat as (
        select a.id, a.college_id
        from public.student_exam_attempt a
        where a.started_at < ${work.to}
          and (a.ended_at is null or a.ended_at > ${work.from})
          and a.started_at > ${work.from}::timestamptz - interval '2 days'
          and (${colleges}::uuid[] is null or a.college_id = any(${colleges}::uuid[]))
          and (${attempts}::uuid[] is null or a.id = any(${attempts}::uuid[]))
      ),
      skew as (
        select i.attempt_id, i.college_id, min(i.received_at - i.at) as gap
        from public.integrity_event i
          join sat on sat.id = i.attempt_id and sat.college_id = i.college_id
        group by i.attempt_id, i.college_id
      )`,
    signals: sql`
      i.attempt_id = s.attempt_id
        and i.college_id = s.college_id
        and i.explained_by is null
        and i.type = any(${types})
        and i.at + s.gap <= ${work.to}::timestamptz + ${SLACK_SECONDS} * interval '1 second'
        and i.at + s.gap + coalesce(i.duration_ms, 0) * interval '1 millisecond' >= ${work.from}`,
  };
}

/** How many signals wait to be explained by this: nothing is marked, and nobody is locked out meanwhile. */
export const countExplainable = read({
  name: "integrity.count_explainable",
  permission: "integrity.read",
  input,
  async run({ ctx, input: work }): Promise<number> {
    const { attempts, signals } = inWindow(work);
    const found = await firstRow(
      ctx.tx,
      sql`${attempts} select count(*)::int as n from skew s join public.integrity_event i on ${signals}`,
      z.object({ n: z.number() }),
    );
    return found!.n;
  },
});

async function mark(ctx: TxCtx, work: Input): Promise<Explained> {
  const { attempts, signals } = inWindow(work);
  const marked = await rows(
    ctx.tx,
    sql`${attempts} update public.integrity_event i
        set explained_by = ${work.incidentId}, explained_number = ${work.incidentNumber},
            updated_at = ${ctx.clock.now()}
        from skew s
        where ${signals}
        returning i.attempt_id, i.type`,
    z.object({ attempt_id: z.string(), type: z.string() }),
  );
  const attemptIds = [...new Set(marked.map((row) => row.attempt_id))];
  const { left } = await rescore(ctx, attemptIds);
  return {
    signals: marked.length,
    attempts: attemptIds.length,
    byType: [...groupBy(marked, (row) => row.type)]
      .map(([type, list]) => ({ type, count: list.length }))
      .sort((a, b) => b.count - a.count),
    reviewsLeft: left,
    attemptIds,
  };
}

/** The signals that this incident caused are worth nothing from now on, and say "during incident #N". */
export const explainSignals = mutation({
  name: "integrity.explain",
  permission: "integrity.review",
  input,
  async run({ ctx, input: work }) {
    const done = await mark(ctx, work);
    await record(ctx, {
      action: "integrity.explain",
      resource: "incident",
      resourceId: work.incidentId,
      reason: work.reason ?? null,
      details: {
        incident: work.incidentNumber,
        from: work.from,
        to: work.to,
        signals: done.signals,
        attempts: done.attempts,
        reviewsLeft: done.reviewsLeft,
      },
    });
    return done;
  },
});

/** Takes an explanation back: the signals count again, and the queue follows. */
export const unexplainSignals = mutation({
  name: "integrity.unexplain",
  permission: "integrity.review",
  input: z.object({ incidentId: z.uuid(), reason: z.string().trim().max(500).optional() }),
  async run({ ctx, input: { incidentId, reason } }) {
    const freed = await rows(
      ctx.tx,
      sql`update public.integrity_event
          set explained_by = null, explained_number = null, updated_at = ${ctx.clock.now()}
          where explained_by = ${incidentId}
          returning attempt_id`,
      z.object({ attempt_id: z.string() }),
    );
    const attemptIds = [...new Set(freed.map((row) => row.attempt_id))];
    const { queued } = await rescore(ctx, attemptIds);
    await record(ctx, {
      action: "integrity.unexplain",
      resource: "incident",
      resourceId: incidentId,
      reason: reason ?? null,
      details: { signals: freed.length, attempts: attemptIds.length, reviewsBack: queued },
    });
    return { signals: freed.length, attempts: attemptIds.length, reviewsBack: queued };
  },
});

/** Exactly what `explainSignals` would do: it is done, counted, and rolled back. */
export async function previewExplain({ ctx, input: given }: { ctx: Ctx; input: z.input<typeof input> }): Promise<Explained> {
  if (!may(ctx.actor.role, "integrity.read")) throw new Forbidden("Your role does not allow this (integrity.read)");
  const work = input.parse(given);
  return measure("integrity.preview_explain", ctx, () => dryRun(ctx, (inner) => mark(inner, work)));
}
