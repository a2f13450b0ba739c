import { z } from "zod";
import { read } from "~/access/verb.server.ts";
import { pageAfter, type Keyset } from "~/db/keyset.ts";
import { rows } from "~/db/query.ts";
import { and, sql, type Sql } from "~/db/sql.ts";
import { QUESTION_COLUMNS, questionRow } from "../authoring/question-row.server.ts";
import { QUESTION_TYPES } from "../authoring/question-types.ts";
import { findExam } from "../exam-row.server.ts";
import { pastQuestions, samenessOfPaper } from "./past-questions.server.ts";

const PAGE = 25;

const bankRow = questionRow.extend({
  /** The exam that used it last, and when. */
  exam: z.string(),
  start_time: z.date(),
  /** Every use, to look up what its statistics were. */
  uses: z.array(z.object({ question: z.string(), exam: z.string() })),
  in_paper: z.boolean(),
});
export type BankQuestion = z.infer<typeof bankRow>;

const BY_USE: Keyset = { by: sql`l.start_time`, type: "timestamptz", id: sql`l.id`, descending: true };

const contains = (text: string) => `%${text.replaceAll(/[\\%_]/g, "\\$&")}%`;

/** What of a question the search reads, before equal ones are put together. */
function found(q: string): Sql {
  const pattern = contains(q);
  return sql`(
    q.text ilike ${pattern}
      or exists (select 1 from unnest(q.tags) as t (tag) where t.tag ilike ${pattern})
      or exists (
        select 1
        from public.question_option o
        where o.question_id = q.id and o.college_id = q.college_id and o.text ilike ${pattern}
      )
  )`;
}

/** The questions of the tenant's past exams, equal ones once as they were asked last, the latest first. */
export const searchBank = read({
  name: "exam.search_bank",
  permission: "exams.author",
  input: z.object({
    examId: z.uuid(),
    q: z.string().trim().max(200).default(""),
    type: z.enum(QUESTION_TYPES).optional(),
    difficulty: z.enum(["EASY", "MEDIUM", "HARD"]).optional(),
    tag: z.string().trim().toLowerCase().max(40).default(""),
    cursor: z.string().max(400).optional(),
  }),
  async run({ ctx, input }) {
    const exam = await findExam(ctx, input.examId);
    const before: Sql[] = [sql`e.id <> ${exam.id}`];
    if (input.q) before.push(found(input.q));
    if (input.type) before.push(sql`q.type = ${input.type}`);
    const page = pageAfter<BankQuestion>(BY_USE, input.cursor, PAGE, (row) => row.start_time);
    const after: Sql[] = [...page.where];
    if (input.difficulty) after.push(sql`l.difficulty = ${input.difficulty}`);
    if (input.tag) after.push(sql`${input.tag} = any (l.tags)`);
    const questions = await rows(
      ctx.tx,
      sql`with past as (${pastQuestions(exam.college_id, and(before))}),
          l as (
            select distinct on (p.same) p.*,
                   jsonb_agg(jsonb_build_object('question', p.id, 'exam', p.exam_id)) over (partition by p.same) as uses
            from past p
            order by p.same, p.start_time desc, p.id desc
          ),
          shown as (
            select l.*
            from l
            where ${and(after)}
            ${page.order}
          )
          select ${QUESTION_COLUMNS}, l.exam, l.start_time, l.uses,
                 l.same in (${samenessOfPaper(exam)}) as in_paper
          from shown l
            join public.question q on q.id = l.id and q.college_id = ${exam.college_id}
          order by l.start_time desc, l.id desc`,
      bankRow,
    );
    const { shown, next } = page.of(questions);
    return { exam, questions: shown, next };
  },
});

/** The tags of past exams, the most used first. */
export const bankTags = read({
  name: "exam.bank_tags",
  permission: "exams.author",
  input: z.object({ examId: z.uuid() }),
  async run({ ctx, input }) {
    const exam = await findExam(ctx, input.examId);
    return rows(
      ctx.tx,
      sql`select t.tag, count(*)::int as questions
          from (${pastQuestions(exam.college_id)}) p
            cross join lateral unnest(p.tags) as t (tag)
          group by t.tag
          order by count(*) desc, t.tag
          limit 50`,
      z.object({ tag: z.string(), questions: z.number() }),
    );
  },
});
