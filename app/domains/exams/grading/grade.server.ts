import { z } from "zod";
import { mutation, read, record } from "~/access/verb.server.ts";
import type { TxCtx } from "~/db/ctx.ts";
import { execute, firstRow, rows } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { tellAll } from "~/domains/communication/tell-student.server.ts";
import { Conflict, Invalid } from "~/platform/errors.ts";
import { plural } from "~/platform/format.ts";
import { findExam, lockExam, type ExamRow } from "../exam-row.server.ts";
import { moveExam } from "../calendar/move.server.ts";
import { MARKS_ITSELF, markClosed } from "./mark-closed.server.ts";
import { DEFAULT_BOUNDARIES, faultOf, scaleFrom, type Boundary } from "./boundaries.ts";
import { reasonField } from "~/platform/reason-field.ts";

async function boundariesOf(ctx: TxCtx, collegeId: string): Promise<readonly Boundary[]> {
  const found = await rows(
    ctx.tx,
    sql`select label, min_percent as min, max_percent as max
        from public.grade_boundary
        where college_id = ${collegeId}
        order by min_percent desc`,
    z.object({ label: z.string(), min: z.number(), max: z.number() }),
  );
  return found.length > 0 ? found : DEFAULT_BOUNDARIES;
}

/** What a grade is worth is said elsewhere: a scale that is moved keeps it for the grades that it keeps. */
async function pointsOf(ctx: TxCtx, collegeId: string): Promise<Map<string, number>> {
  const known = await ctx.tx.prisma.gradeBoundary.findMany({ where: { collegeId }, select: { label: true, gradePoint: true } });
  return new Map(known.map((one) => [one.label, one.gradePoint]));
}

/** The tenant's scale, replaced as a whole: pieces of two scales would leave gaps. */
export const saveBoundaries = mutation({
  name: "exam.save_boundaries",
  permission: "exams.author",
  input: z.object({
    examId: z.uuid(),
    starts: z.array(z.object({ label: z.string().trim().min(1).max(20), min: z.number() })).max(30),
  }),
  async run({ ctx, input }) {
    const exam = await lockExam(ctx, input.examId);
    const fault = faultOf(input.starts);
    if (fault) throw new Invalid(fault, { starts: [fault] });
    const before = await boundariesOf(ctx, exam.college_id);
    const scale = scaleFrom(input.starts);
    const points = await pointsOf(ctx, exam.college_id);
    await ctx.tx.prisma.gradeBoundary.deleteMany({ where: { collegeId: exam.college_id } });
    await ctx.tx.prisma.gradeBoundary.createMany({
      data: scale.map(({ label, min, max }) => ({
        collegeId: exam.college_id,
        label,
        minPercent: min,
        maxPercent: max,
        gradePoint: points.get(label),
      })),
    });
    const shown = (list: readonly Boundary[]) => list.map(({ label, min }) => `${label} from ${min / 100}`).join(", ");
    await record(ctx, {
      action: "grade_boundary.replace",
      resource: "college",
      resourceId: exam.college_id,
      collegeId: exam.college_id,
      before: { scale: shown(before) },
      after: { scale: shown(scale) },
    });
  },
});

async function unmarked(ctx: TxCtx, exam: ExamRow): Promise<number> {
  const found = await firstRow(
    ctx.tx,
    sql`select count(*)::int as n
        from public.student_answer s
          join public.student_exam_attempt a on a.id = s.attempt_id and a.college_id = s.college_id
          join public.question q on q.id = s.question_id and q.college_id = s.college_id
        where a.exam_id = ${exam.id}
          and a.college_id = ${exam.college_id}
          and q.type in ('SHORT_ANSWER', 'ESSAY')
          and s.is_correct is null
          and not ${MARKS_ITSELF}`,
    z.object({ n: z.number() }),
  );
  return found!.n;
}

/** Sums each attempt and writes each student's best as the result; what a hold or a review keeps back stays back. */
async function settle(ctx: TxCtx, exam: ExamRow): Promise<number> {
  const now = ctx.clock.now();
  const tenant = sql`a.exam_id = ${exam.id} and a.college_id = ${exam.college_id}`;
  await execute(
    ctx.tx,
    sql`update public.student_exam_attempt a
        set score = coalesce(m.score, 0), total_marks = ${exam.total_marks}, state = 'GRADED', updated_at = ${now}
        from public.student_exam_attempt b
          left join lateral (
            select sum(s.marks_awarded)::int as score
            from public.student_answer s
            where s.attempt_id = b.id and s.college_id = b.college_id
          ) m on true
        where ${tenant}
          and b.id = a.id
          and b.college_id = a.college_id
          and a.state in ('SUBMITTED', 'FORCE_SUBMITTED', 'EXPIRED', 'GRADED')`,
  );
  const scale = await boundariesOf(ctx, exam.college_id);
  const held = await settleHeld(ctx, exam, scale);
  const results = await execute(
    ctx.tx,
    // One rule, whatever came first: the best attempt counts by its marks, and if that one is held, so is the result.
    sql`with best as (
          select distinct on (a.user_id) a.*
          from public.student_exam_attempt a
          where ${tenant} and a.state = 'GRADED'
          order by a.user_id, a.score desc, a.attempt_no
        ),
        counts as (
          select b.*
          from best b
          where not exists (
            select 1
            from public.result_hold h
              join public.student_exam_attempt x on x.id = h.attempt_id and x.college_id = h.college_id
            where x.exam_id = b.exam_id
              and x.user_id = b.user_id
              and x.college_id = b.college_id
              and h.lifted_at is null
              and (h.prior_score, -x.attempt_no) > (b.score, -b.attempt_no)
          )
        ),
        scored as (
          select b.*,
                 case
                   when ${exam.total_marks} > 0 then least(
                     10000, round(b.score::numeric * 100 / ${exam.total_marks})::int
                   )
                   else 0
                 end as percentage
          from counts b
        )
        insert into public.exam_result (
          id, college_id, user_id, exam_id, attempt_id, score, total_marks, percentage, grade, passed, withheld,
          end_time
        )
        select public.invigil_uuid7(), s.college_id, s.user_id, s.exam_id, s.id, s.score, ${exam.total_marks},
               s.percentage,
               (
                 select g.label
                 from unnest(
                   ${scale.map((boundary) => boundary.label)}::text[], ${scale.map((boundary) => boundary.min)}::int[]
                 ) g (label, min)
                 where s.percentage >= g.min
                 order by g.min desc
                 limit 1
               ),
               s.score >= ${exam.passing_marks * 100},
               exists (
                 select 1
                 from public.review r
                 where r.attempt_id = s.id and r.college_id = s.college_id and r.withholds
               ),
               s.ended_at
        from scored s
        on conflict (college_id, user_id, exam_id) do update
        set attempt_id = excluded.attempt_id, score = excluded.score, total_marks = excluded.total_marks,
            percentage = excluded.percentage, grade = excluded.grade, passed = excluded.passed,
            withheld = excluded.withheld, end_time = excluded.end_time, updated_at = ${now}`,
  );
  return results + held;
}

/** An attempt that is held back is marked too, each time anew: lifting the hold restores a result, neither a gap nor an old key's. */
async function settleHeld(ctx: TxCtx, exam: ExamRow, scale: readonly Boundary[]): Promise<number> {
  const now = ctx.clock.now();
  return execute(
    ctx.tx,
    // One result a student: that of the attempt which it is of already, else of the best.
    sql`with held as (
          select a.*, h.id as hold_id, h.action, coalesce(m.score, 0) as marked
          from public.student_exam_attempt a
            join public.result_hold h on h.attempt_id = a.id and h.college_id = a.college_id and h.lifted_at is null
            left join lateral (
              select sum(s.marks_awarded)::int as score
              from public.student_answer s
              where s.attempt_id = a.id and s.college_id = a.college_id
            ) m on true
          where a.exam_id = ${exam.id} and a.college_id = ${exam.college_id}
        ),
        scored as (
          select held.*,
                 case
                   when ${exam.total_marks} > 0 then least(
                     10000, round(marked::numeric * 100 / ${exam.total_marks})::int
                   )
                   else 0
                 end as percentage,
                 marked >= ${exam.passing_marks * 100} as pass
          from held
        ),
        graded as (
          select scored.*,
                 (
                   select g.label
                   from unnest(
                     ${scale.map((boundary) => boundary.label)}::text[], ${scale.map((boundary) => boundary.min)}::int[]
                   ) g (label, min)
                   where scored.percentage >= g.min
                   order by g.min desc
                   limit 1
                 ) as letter
          from scored
        ),
        kept as (
          update public.result_hold h
          set prior_state = 'GRADED', prior_score = g.marked, updated_at = ${now},
              prior_result = jsonb_build_object(
                'score', g.marked, 'percentage', g.percentage, 'grade', g.letter, 'passed', g.pass, 'withheld', false,
                'published_at', null
              )
          from graded g
          where h.id = g.hold_id and h.college_id = g.college_id
        ),
        attempts as (
          update public.student_exam_attempt a
          set score = case when g.action = 'ZEROED' then 0 else g.marked end, total_marks = ${exam.total_marks},
              updated_at = ${now}
          from graded g
          where a.id = g.id and a.college_id = g.college_id
        )
        insert into public.exam_result (
          id, college_id, user_id, exam_id, attempt_id, score, total_marks, percentage, grade, passed, withheld,
          end_time
        )
        select public.invigil_uuid7(), college_id, user_id, exam_id, id,
               case when action = 'ZEROED' then 0 else marked end, ${exam.total_marks},
               case when action = 'ZEROED' then 0 else percentage end,
               case when action = 'ZEROED' then null else letter end, action <> 'ZEROED' and pass,
               action = 'WITHHELD', ended_at
        from (
          select distinct on (g.user_id) g.*
          from graded g
          where not exists (
            select 1
            from public.student_exam_attempt b
            where b.exam_id = g.exam_id
              and b.user_id = g.user_id
              and b.college_id = g.college_id
              and b.state = 'GRADED'
              and (b.score, -b.attempt_no) > (g.marked, -g.attempt_no)
          )
          order by g.user_id, g.marked desc, g.attempt_no
        ) one
        on conflict (college_id, user_id, exam_id) do update
        set attempt_id = excluded.attempt_id, score = excluded.score, total_marks = excluded.total_marks,
            percentage = excluded.percentage, grade = excluded.grade, passed = excluded.passed,
            withheld = excluded.withheld, end_time = excluded.end_time, updated_at = ${now}`,
  );
}

/** Marks what marks itself; when nothing waits for a person any more, the exam is graded. */
export const gradeExam = mutation({
  name: "exam.grade",
  permission: "exams.author",
  input: z.object({ examId: z.uuid() }),
  async run({ ctx, input }) {
    const exam = await lockExam(ctx, input.examId);
    if (exam.status !== "CLOSED") throw new Conflict("Only a closed exam can be graded");
    const writing = await firstRow(
      ctx.tx,
      sql`select count(*)::int as n
          from public.student_exam_attempt
          where exam_id = ${exam.id}
            and college_id = ${exam.college_id}
            and state in ('IN_PROGRESS', 'PAUSED', 'LOCKED')`,
      z.object({ n: z.number() }),
    );
    if (writing!.n > 0)
      throw new Conflict(`${plural(writing!.n, "student is", "students are")} still writing: their attempts end with their time`);
    const marked = await markClosed(ctx, exam);
    const waiting = await unmarked(ctx, exam);
    if (waiting > 0) {
      await record(ctx, {
        action: "exam.auto_mark",
        resource: "exam",
        resourceId: exam.id,
        collegeId: exam.college_id,
        details: { marked, waiting },
      });
      return { graded: false as const, waiting, results: 0 };
    }
    const results = await settle(ctx, exam);
    await moveExam(ctx, exam, "GRADED", { action: "exam.grade", details: { marked, results } });
    return { graded: true as const, waiting: 0, results };
  },
});

/** Back to marking, while nothing is published. */
export const reopenGrading = mutation({
  name: "exam.reopen_grading",
  permission: "exams.author",
  input: z.object({ examId: z.uuid(), reason: reasonField }),
  async run({ ctx, input }) {
    const exam = await lockExam(ctx, input.examId);
    // A live exam may be closed too, but that is another act: it ends what is under way.
    if (exam.status !== "GRADED") throw new Conflict("Only the grading of a graded exam can be reopened");
    await moveExam(ctx, exam, "CLOSED", { action: "exam.reopen_grading", reason: input.reason });
  },
});

/** Every result at once, or none. What is under review or held back is left out, and said to be. */
export const publishExam = mutation({
  name: "exam.publish",
  permission: "exams.author",
  stepUp: true,
  input: z.object({ examId: z.uuid() }),
  async run({ ctx, input }) {
    const exam = await lockExam(ctx, input.examId);
    if (exam.status !== "GRADED") throw new Conflict("Only a graded exam can be published");
    const now = ctx.clock.now();
    const published = await rows(
      ctx.tx,
      sql`update public.exam_result
          set published_at = ${now}, updated_at = ${now}
          where exam_id = ${exam.id} and college_id = ${exam.college_id} and not withheld
          returning id, user_id`,
      z.object({ id: z.string(), user_id: z.string() }),
    );
    await tellAll(
      ctx,
      exam.college_id,
      published.map((result) => ({ user_id: result.user_id, key: `result:${result.id}:published` })),
      { type: "INFO", title: `Result of ${exam.title}`, message: `Your result of “${exam.title}” is published.` },
    );
    const kept = await firstRow(
      ctx.tx,
      sql`select count(*)::int as n
          from public.exam_result
          where exam_id = ${exam.id} and college_id = ${exam.college_id} and withheld`,
      z.object({ n: z.number() }),
    );
    await moveExam(ctx, exam, "PUBLISHED", {
      action: "exam.publish",
      details: { published: published.length, withheld: kept!.n },
    });
    return { published: published.length, withheld: kept!.n };
  },
});

export const gradingState = read({
  name: "exam.grading_state",
  permission: "exams.read",
  // Beside the queue, which is read there: two numbers of one page are of one moment.
  on: "primary",
  input: z.object({ examId: z.uuid() }),
  async run({ ctx, input }) {
    const exam = await findExam(ctx, input.examId);
    return { exam, waiting: await unmarked(ctx, exam), boundaries: await boundariesOf(ctx, exam.college_id) };
  },
});
