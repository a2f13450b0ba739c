import { z } from "zod";
import { read } from "~/access/verb.server.ts";
import { pageAfter, type Keyset } from "~/db/keyset.ts";
import { firstRow, rows } from "~/db/query.ts";
import { and, literals, raw, sql, type Sql } from "~/db/sql.ts";
import { tenantIs } from "~/db/tenant.ts";
import { BEGUN_STATES, DECIDED_STATES, FURTHER_STATES, OPEN_STATES, QUEUE_VIEWS } from "../machine.ts";
import { reasonRow } from "../score/reason-row.ts";
import { barred, reviewStates } from "./review-row.server.ts";

const queueRow = z.object({
  id: z.string(),
  attempt_id: z.string(),
  college: z.string(),
  exam_id: z.string(),
  exam: z.string(),
  candidate_no: z.number(),
  state: z.enum(reviewStates),
  score: z.number(),
  reasons: z.array(reasonRow),
  ended_at: z.date().nullable(),
  since: z.date(),
  claimed: z.enum(["mine", "other"]).nullable(),
  claimed_until: z.date().nullable(),
  bar: z.enum(["conflict", "teaches", "decided"]).nullable(),
});
export type QueueRow = z.infer<typeof queueRow>;

const PAGE = 50;

const BY_RISK: Keyset = { by: sql`r.score`, type: "int", id: sql`r.id`, descending: true };

/** The queue by risk. What this person may not review is shown as such, and never offered as the next. */
export const reviewQueue = read({
  name: "review.queue",
  permission: "integrity.read",
  on: "primary",
  input: z.object({
    view: z.enum(QUEUE_VIEWS).default("open"),
    examId: z.uuid().optional().catch(undefined),
    least: z.number().int().min(0).max(100).default(0),
    signal: z
      .string()
      .regex(/^[A-Z_]{2,40}$/)
      .optional()
      .catch(undefined),
    cursor: z.string().max(400).optional(),
  }),
  async run({ ctx, input }) {
    const me = ctx.actor.kind === "staff" ? ctx.actor : null;
    const where: Sql[] = [tenantIs(ctx, "r.college_id")];
    // What was drawn at random comes as the next attempt only: its place in a list by risk would tell.
    const hidden = sql`(not r.sampled or r.state = 'THIRD' or r.claimed_by = ${me?.id ?? null}::uuid)`;
    if (input.view === "open") where.push(sql`r.state in ${literals(OPEN_STATES)} and ${hidden}`);
    if (input.view === "second") where.push(sql`r.state in ${literals(FURTHER_STATES)} and ${hidden}`);
    if (input.view === "decided") where.push(sql`r.state in ${literals(DECIDED_STATES)}`);
    if (input.view === "mine") where.push(sql`r.claimed_by = ${me?.id ?? null} and r.state in ${literals(BEGUN_STATES)}`);
    if (input.examId) where.push(sql`a.exam_id = ${input.examId}`);
    if (input.least > 0) where.push(sql`r.score >= ${input.least}`);
    if (input.signal) where.push(sql`r.reasons @> ${JSON.stringify([{ signal: input.signal }])}::jsonb`);
    const page = pageAfter<z.infer<typeof queueRow>>(BY_RISK, input.cursor, PAGE, (row) => row.score);
    where.push(...page.where);
    const found = await rows(
      ctx.tx,
      sql`select r.id, r.attempt_id, c.name as college, e.id as exam_id, e.title as exam, a.candidate_no, r.state,
                 r.score, r.reasons, a.ended_at, r.created_at as since,
                 case
                   when r.claimed_by is null or r.claimed_until < ${ctx.clock.now()} then null
                   when r.claimed_by = ${me?.id ?? null}::uuid then 'mine'
                   else 'other'
                 end as claimed,
                 r.claimed_until, ${me ? barred(me.id, me.email) : raw("null")} as bar
          from public.review r
            join public.student_exam_attempt a on a.id = r.attempt_id and a.college_id = r.college_id
            join public.exam e on e.id = a.exam_id and e.college_id = a.college_id
            join public.college c on c.id = r.college_id
          where ${and(where)} ${page.order}`,
      queueRow,
    );
    const { shown, next } = page.of(found);
    return { rows: shown, next };
  },
});

export const queueCounts = read({
  name: "review.counts",
  permission: "integrity.read",
  on: "primary",
  input: z.object({}),
  async run({ ctx }) {
    const found = await firstRow(
      ctx.tx,
      sql`select count(*)::int as open, count(*) filter (where state in ${literals(FURTHER_STATES)})::int as second,
                 count(*) filter (
                   where claimed_by = ${ctx.actor.id}::uuid and claimed_until > ${ctx.clock.now()}
                 )::int as mine,
                 min(created_at) as oldest
          from public.review
          where state in ${literals(OPEN_STATES)} and ${tenantIs(ctx)}`,
      z.object({ open: z.number(), second: z.number(), mine: z.number(), oldest: z.date().nullable() }),
    );
    return found!;
  },
});
