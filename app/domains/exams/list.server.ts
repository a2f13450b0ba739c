import { z } from "zod";
import { read } from "~/access/verb.server.ts";
import { orderOf, pageAfter, type Keyset } from "~/db/keyset.ts";
import { rows } from "~/db/query.ts";
import { and, literals, sql, type Sql } from "~/db/sql.ts";
import { tenantIs } from "~/db/tenant.ts";
import { OPEN_STATES, VIOLATION_STATES } from "../integrity/machine.ts";
import { EXAM_STATUSES, type ExamStatus } from "./machine.ts";
import { findExam } from "./exam-row.server.ts";

const listRow = z.object({
  id: z.string(),
  college_id: z.string(),
  college: z.string(),
  title: z.string(),
  kind: z.string(),
  status: z.enum(EXAM_STATUSES as [ExamStatus, ...ExamStatus[]]),
  start_time: z.date(),
  end_time: z.date(),
  duration_minutes: z.number(),
  class_name: z.string(),
  students: z.number(),
  started: z.number(),
  writing: z.number(),
});
export type ExamListRow = z.infer<typeof listRow>;

const PAGE = 50;

/** By start, either way from a moment: the calendar's two directions. */
export const listExams = read({
  name: "exam.list",
  permission: "exams.read",
  input: z.object({
    statuses: z.array(z.enum(EXAM_STATUSES as [ExamStatus, ...ExamStatus[]])).default([]),
    q: z.string().trim().max(200).optional(),
    direction: z.enum(["later", "earlier"]).default("later"),
    from: z.date().optional(),
    cursor: z.string().max(400).optional(),
  }),
  async run({ ctx, input }) {
    const later = input.direction === "later";
    const where: Sql[] = [sql`e.deleted_at is null`, tenantIs(ctx, "e.college_id")];
    if (input.statuses.length > 0) where.push(sql`e.status = any(${input.statuses})`);
    if (input.q) {
      const pattern = `%${input.q.replaceAll(/[\\%_]/g, "\\$&")}%`;
      where.push(sql`e.id in (select s.id from public.search_exam s where s.haystack ilike ${pattern} limit 500)`);
    }
    const byStart: Keyset = { by: sql`e.start_time`, type: "timestamptz", id: sql`e.id`, descending: !later };
    const page = pageAfter<ExamListRow>(byStart, input.cursor, PAGE, (row) => row.start_time);
    if (input.cursor) where.push(...page.where);
    else if (input.from) where.push(later ? sql`e.start_time >= ${input.from}` : sql`e.start_time < ${input.from}`);
    const found = await rows(
      ctx.tx,
      sql`with page as (select e.* from public.exam e where ${and(where)} ${page.order})
          select e.id, e.college_id, c.name as college, e.title, e.kind, e.status, e.start_time, e.end_time,
                 e.duration_minutes, k.name as class_name,
                 (
                   select count(*)::int
                   from public.enrollment n
                   where n.class_id = e.class_id and n.college_id = e.college_id and n.status = 'ACTIVE'
                 ) as students,
                 (
                   select count(*)::int
                   from public.student_exam_attempt a
                   where a.exam_id = e.id and a.college_id = e.college_id
                 ) as started,
                 (
                   select count(*)::int
                   from public.student_exam_attempt a
                   where a.exam_id = e.id
                     and a.college_id = e.college_id
                     and a.state in ('IN_PROGRESS', 'PAUSED', 'LOCKED')
                 ) as writing
          from page e
            join public.college c on c.id = e.college_id
            join public.class k on k.id = e.class_id and k.college_id = e.college_id ${orderOf(byStart)}`,
      listRow,
    );
    const { shown, next } = page.of(found);
    return { exams: shown, next };
  },
});

export const countExams = read({
  name: "exam.count",
  permission: "exams.read",
  input: z.object({}),
  async run({ ctx }) {
    const found = await rows(
      ctx.tx,
      sql`select status, count(*)::int as n
          from public.exam
          where deleted_at is null and ${tenantIs(ctx)}
          group by status`,
      z.object({ status: z.string(), n: z.number() }),
    );
    return Object.fromEntries(found.map((row) => [row.status, row.n])) as Partial<Record<ExamStatus, number>>;
  },
});

const about = z.object({
  college: z.string(),
  class_name: z.string(),
  subject: z.string().nullable(),
  questions: z.number(),
  students: z.number(),
  attempts: z.number(),
  writing: z.number(),
  ended: z.number(),
  open_reviews: z.number(),
  violations: z.number(),
  results: z.number(),
  published: z.number(),
  withheld: z.number(),
});

/** One exam with what hangs on it. */
export const getExam = read({
  name: "exam.get",
  permission: "exams.read",
  input: z.object({ id: z.uuid() }),
  async run({ ctx, input }) {
    const exam = await findExam(ctx, input.id);
    const [facts] = await rows(
      ctx.tx,
      sql`select c.name as college, k.name as class_name, s.name as subject,
                 (
                   select count(*)::int
                   from public.question q
                   where q.exam_id = e.id and q.college_id = e.college_id
                 ) as questions,
                 (
                   select count(*)::int
                   from public.enrollment n
                   where n.class_id = e.class_id and n.college_id = e.college_id and n.status = 'ACTIVE'
                 ) as students,
                 t.attempts, t.writing, t.ended, t.open_reviews, t.violations, r.results, r.published, r.withheld
          from public.exam e
            join public.college c on c.id = e.college_id
            join public.class k on k.id = e.class_id and k.college_id = e.college_id
            left join public.subject s on s.id = e.subject_id and s.college_id = e.college_id
            cross join lateral (
              select count(*)::int as attempts,
                     count(*) filter (where state in ('IN_PROGRESS', 'PAUSED', 'LOCKED'))::int as writing,
                     count(*) filter (where state not in ('IN_PROGRESS', 'PAUSED', 'LOCKED'))::int as ended,
                     count(*) filter (where review_state in ${literals(OPEN_STATES)})::int as open_reviews,
                     count(*) filter (where review_state in ${literals(VIOLATION_STATES)})::int as violations
              from public.student_exam_attempt a
              where a.exam_id = e.id and a.college_id = e.college_id
            ) t
            cross join lateral (
              select count(*)::int as results,
                     count(*) filter (where published_at is not null and not withheld)::int as published,
                     count(*) filter (where withheld)::int as withheld
              from public.exam_result x
              where x.exam_id = e.id and x.college_id = e.college_id
            ) r
          where e.id = ${exam.id} and e.college_id = ${exam.college_id}`,
      about,
    );
    return { exam, facts: facts! };
  },
});

/** When how many students are expected to start, exam by exam: what a forecast of load is made of. */
export const expectedStarts = read({
  name: "exam.expected_starts",
  permission: "readiness.read",
  input: z.object({ from: z.date(), to: z.date() }),
  run: ({ ctx, input }) =>
    rows(
      ctx.tx,
      sql`select e.id as exam_id, e.college_id, c.name as college, c.code, e.title, e.status, e.start_time,
                 e.end_time, e.duration_minutes,
                 (
                   select count(*)::int
                   from public.enrollment n
                   where n.class_id = e.class_id and n.college_id = e.college_id and n.status = 'ACTIVE'
                 ) as students,
                 (
                   select count(*)::int
                   from public.question q
                   where q.exam_id = e.id and q.college_id = e.college_id
                 ) as items
          from public.exam e
            join public.college c on c.id = e.college_id
          where e.deleted_at is null
            and e.status in ('SCHEDULED', 'LIVE')
            and ${tenantIs(ctx, "e.college_id")}
            and e.start_time >= ${input.from}
            and e.start_time < ${input.to}
          order by e.start_time, e.id
          limit 2000`,
      z.object({
        exam_id: z.string(),
        college_id: z.string(),
        college: z.string(),
        code: z.string(),
        title: z.string(),
        status: z.string(),
        start_time: z.date(),
        end_time: z.date(),
        duration_minutes: z.number(),
        students: z.number(),
        items: z.number(),
      }),
    ),
});

/** What an author chooses from: classes and subjects in scope. */
export const authoringChoices = read({
  name: "exam.choices",
  permission: "exams.author",
  input: z.object({ collegeId: z.uuid().optional() }),
  async run({ ctx, input }) {
    const tenant = input.collegeId ? sql`k.college_id = ${input.collegeId}` : tenantIs(ctx, "k.college_id");
    const choice = z.object({ id: z.string(), name: z.string(), college: z.string() });
    return {
      classes: await rows(
        ctx.tx,
        sql`select k.id, k.name || ' · ' || k.academic_year as name, c.name as college
            from public.class k
              join public.college c on c.id = k.college_id
            where k.deleted_at is null and ${tenant}
            order by c.name, k.name
            limit 1000`,
        choice,
      ),
      subjects: await rows(
        ctx.tx,
        sql`select k.id, k.name, c.name as college
            from public.subject k
              join public.college c on c.id = k.college_id
            where ${tenant}
            order by c.name, k.name
            limit 2000`,
        choice,
      ),
    };
  },
});
