import { z } from "zod";
import { read } from "~/access/verb.server.ts";
import { reach } from "~/access/policy.ts";
import type { TxCtx } from "~/db/ctx.ts";
import { firstRow, rows } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { NotFound } from "~/platform/errors.ts";
import { isOpen } from "../machine.ts";
import { restsOnEarlierMethod } from "../collusion/method.ts";
import { reasonRow } from "../score/reason-row.ts";
import { reasonsOf } from "../score/rescore.server.ts";
import { sayWithholding, withholding } from "../score/withholding.ts";
import { barOf, reviewStates } from "./review-row.server.ts";

const attemptRow = z.object({
  id: z.string(),
  college_id: z.string(),
  exam_id: z.string(),
  user_id: z.string(),
  candidate_no: z.number(),
  state: z.string(),
  review_state: z.string(),
  started_at: z.date(),
  ended_at: z.date().nullable(),
  address: z.string().nullable(),
  risk_score: z.number(),
  score: z.number(),
  total_marks: z.number(),
  answered: z.number(),
  extra_seconds: z.number(),
  student: z.string(),
  roll_no: z.string().nullable(),
  exam: z.string(),
  exam_status: z.string(),
  college: z.string(),
  duration_minutes: z.number(),
  devices: z.number(),
});

const reviewOf = z.object({
  id: z.string(),
  state: z.enum(reviewStates),
  score: z.number(),
  reasons: z.array(reasonRow),
  claimed_by: z.string().nullable(),
  claimed_until: z.date().nullable(),
  decided_at: z.date().nullable(),
  sampled: z.boolean(),
});

const eventRow = z.object({
  id: z.string(),
  type: z.string(),
  at: z.date(),
  duration_ms: z.number().nullable(),
  incident: z.number().nullable(),
});

const decisionRow = z.object({
  id: z.string(),
  round: z.number(),
  decision: z.string(),
  note: z.string(),
  created_at: z.date(),
  name: z.string(),
  mine: z.boolean(),
});

const MOST_EVENTS = 4000;

/** Everything on one attempt that its viewer may know now. Names stay here until the review is decided. */
export const attemptDossier = read({
  name: "integrity.attempt",
  permission: "integrity.read",
  on: "primary",
  input: z.object({ attemptId: z.uuid() }),
  async run({ ctx, input }) {
    const attempt = await firstRow(
      ctx.tx,
      sql`select a.id, a.college_id, a.exam_id, a.user_id, a.candidate_no, a.state, a.review_state, a.started_at,
                 a.ended_at, a.ip_address as address, a.risk_score, a.score, a.total_marks,
                 a.answered_count as answered, a.extra_seconds, u.name as student, u.roll_no, e.title as exam,
                 e.status as exam_status, c.name as college, e.duration_minutes,
                 (
                   select count(distinct x.browser_fingerprint)::int
                   from public.student_exam_attempt x
                   where x.user_id = a.user_id and x.college_id = a.college_id
                 ) as devices
          from public.student_exam_attempt a
            join public.exam e on e.id = a.exam_id and e.college_id = a.college_id
            join public."user" u on u.id = a.user_id and u.college_id = a.college_id
            join public.college c on c.id = a.college_id
          where a.id = ${input.attemptId}`,
      attemptRow,
    );
    if (!attempt) throw new NotFound("Attempt not found");
    const review = await firstRow(
      ctx.tx,
      sql`select id, state, score, reasons, claimed_by, claimed_until, decided_at, sampled
          from public.review
          where attempt_id = ${attempt.id} and college_id = ${attempt.college_id}`,
      reviewOf,
    );
    const decided = review !== null && !isOpen(review.state);
    const staffId = ctx.actor.kind === "staff" ? ctx.actor.id : null;
    const decisions = review
      ? await rows(
          ctx.tx,
          sql`select d.id, d.round, d.decision, d.note, d.created_at, coalesce(s.name, 'A former reviewer') as name,
                     (d.decider_id = ${staffId}::uuid) is true as mine
              from public.review_decision d
                left join console.staff s on s.id = d.decider_id
              where d.review_id = ${review.id} and d.college_id = ${attempt.college_id} and d.undone_at is null
              order by d.round`,
          decisionRow,
        )
      : [];
    // Blind until decided: whoever may still have to decide sees only what is their own.
    const blind = !decided && reach(ctx.actor.role, "integrity.review") !== null;
    const notes = review
      ? await rows(
          ctx.tx,
          sql`select n.id, n.body, n.created_at, coalesce(s.name, 'A former reviewer') as name
              from public.review_note n
                left join console.staff s on s.id = n.author_id
              where n.review_id = ${review.id}
                and n.college_id = ${attempt.college_id}
                and (${!blind} or n.author_id = ${staffId}::uuid)
              order by n.id`,
          z.object({ id: z.string(), body: z.string(), created_at: z.date(), name: z.string() }),
        )
      : [];
    const events = await rows(
      ctx.tx,
      sql`select id, type, at, duration_ms, explained_number as incident
          from public.integrity_event
          where attempt_id = ${attempt.id} and college_id = ${attempt.college_id}
          order by at, seq
          limit ${MOST_EVENTS}`,
      eventRow,
    );
    const clock = await firstRow(
      ctx.tx,
      sql`select (extract(epoch from min(received_at - at)) * 1000)::float8 as skew_ms
          from public.integrity_event
          where attempt_id = ${attempt.id} and college_id = ${attempt.college_id}`,
      z.object({ skew_ms: z.number().nullable() }),
    );
    const { student, roll_no, user_id, ...shown } = attempt;
    return {
      attempt: shown,
      /** Nobody's name before the decision. */
      person: decided ? { name: student, rollNo: roll_no, userId: user_id } : null,
      review: review && {
        ...review,
        claimed_by: undefined,
        sampled: undefined,
        withholding: isOpen(review.state) ? sayWithholding(withholding(review)) : null,
        mine:
          review.claimed_by !== null && review.claimed_by === staffId && (review.claimed_until ?? new Date(0)) > ctx.clock.now(),
        taken:
          review.claimed_by !== null && review.claimed_by !== staffId && (review.claimed_until ?? new Date(0)) > ctx.clock.now(),
      },
      /** A violation that rests on a similarity figure of an earlier method. */
      earlierMethod:
        review !== null && (review.state === "VIOLATION" || review.state === "APPEALED") && restsOnEarlierMethod(review.reasons),
      reasons: review?.reasons ?? (await reasonsOf(ctx, attempt.id)),
      /**
       * Whoever may still decide sees what was seen, and no points: a figure anchors, and a low one would tell that the attempt
       * was drawn at random.
       */
      pointsHidden: blind && review !== null,
      bar: review && blind ? await barOf(ctx, review.id) : null,
      decisions: blind ? decisions.filter((decision) => decision.mine) : decisions,
      notes,
      events,
      skewMs: clock?.skew_ms ?? null,
      answers: await answersOf(ctx, attempt.id, attempt.college_id),
      history: await historyOf(ctx, attempt),
      accommodations: await rows(
        ctx.tx,
        sql`select extra_percent, ignored_signals
            from public.accommodation
            where user_id = ${attempt.user_id}
              and college_id = ${attempt.college_id}
              and (exam_id is null or exam_id = ${attempt.exam_id})
              and (valid_until is null or valid_until >= ${attempt.started_at}::timestamptz::date)`,
        z.object({ extra_percent: z.number(), ignored_signals: z.array(z.string()) }),
      ),
    };
  },
});

/** When each answer was given, how long it took, how often it was revised: what the timeline draws. */
const answersOf = (ctx: TxCtx, attemptId: string, collegeId: string) =>
  rows(
    ctx.tx,
    sql`select (row_number() over (order by q.order_index, q.id))::int as place, s.answered_at as at,
               s.time_spent as seconds, s.revisions
        from public.student_answer s
          join public.question q on q.id = s.question_id and q.college_id = s.college_id
        where s.attempt_id = ${attemptId} and s.college_id = ${collegeId}
        order by s.answered_at, q.order_index
        limit 1000`,
    z.object({ place: z.number(), at: z.date(), seconds: z.number().nullable(), revisions: z.number() }),
  );

const historyOf = (ctx: TxCtx, attempt: z.infer<typeof attemptRow>) =>
  rows(
    ctx.tx,
    sql`select a.id, e.title as exam, a.started_at, a.risk_score, a.review_state, a.score, a.total_marks
        from public.student_exam_attempt a
          join public.exam e on e.id = a.exam_id and e.college_id = a.college_id
        where a.user_id = ${attempt.user_id} and a.college_id = ${attempt.college_id} and a.id <> ${attempt.id}
        order by a.started_at desc
        limit 30`,
    z.object({
      id: z.string(),
      exam: z.string(),
      started_at: z.date(),
      risk_score: z.number(),
      review_state: z.string(),
      score: z.number(),
      total_marks: z.number(),
    }),
  );
