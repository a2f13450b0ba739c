import { z } from "zod";
import { mutation, read, record } from "~/access/verb.server.ts";
import { execute, firstRow, rows } from "~/db/query.ts";
import { raw, sql } from "~/db/sql.ts";
import { Conflict, Invalid, NotFound } from "~/platform/errors.ts";
import { findExam, lockExam } from "../exam-row.server.ts";
import { MARKS_ITSELF } from "./mark-closed.server.ts";

const NOT_NOW = "Answers are marked after an exam has closed, and before it is graded";

const waitingRow = z.object({
  id: z.string(),
  candidate_no: z.number(),
  question_id: z.string(),
  question: z.string(),
  place: z.number(),
  type: z.string(),
  expected: z.string().nullable(),
  accepted: z.array(z.string()),
  marks: z.number(),
  answer: z.string().nullable(),
});

const OPEN_TYPES = raw("('SHORT_ANSWER', 'ESSAY')");
/** A question's number on its paper, whatever was removed before it: `q` is the question. */
const PLACE = raw(`(select count(*)::int from public.question p where p.exam_id = q.exam_id and p.college_id = q.college_id
                   and (p.order_index, p.id) <= (q.order_index, q.id))`);

/** What waits for a person, question by question, so that one standard is applied to all; candidates are numbers. */
export const markingQueue = read({
  name: "exam.marking_queue",
  permission: "exams.author",
  on: "primary",
  input: z.object({ examId: z.uuid(), limit: z.number().int().min(1).max(200).default(20) }),
  async run({ ctx, input }) {
    const exam = await findExam(ctx, input.examId);
    const queue = await rows(
      ctx.tx,
      sql`select s.id, a.candidate_no, q.id as question_id, q.text as question, ${PLACE} as place, q.type,
                 q.correct_answer as expected, q.accepted_answers as accepted, q.marks, s.answer_text as answer
          from public.student_exam_attempt a
            join public.student_answer s on s.attempt_id = a.id
              and s.college_id = a.college_id
              and s.is_correct is null
            join public.question q on q.id = s.question_id and q.college_id = s.college_id and q.type in ${OPEN_TYPES}
          where a.exam_id = ${exam.id}
            and a.college_id = ${exam.college_id}
            and a.state not in ('IN_PROGRESS', 'PAUSED', 'LOCKED')
            and not ${MARKS_ITSELF}
          order by q.order_index, lower(trim(s.answer_text)), a.candidate_no
          limit ${input.limit}`,
      waitingRow,
    );
    return { exam, queue };
  },
});

const markedRow = waitingRow.extend({ marked: z.number() }).omit({ expected: true, accepted: true });

/** What a person has marked, the latest first: a mark that was mistyped is found by its candidate. */
export const markedAnswers = read({
  name: "exam.marked_answers",
  permission: "exams.author",
  on: "primary",
  input: z.object({ examId: z.uuid(), candidateNo: z.number().int().min(0).max(2_147_483_647).optional() }),
  async run({ ctx, input }) {
    const exam = await findExam(ctx, input.examId);
    return rows(
      ctx.tx,
      sql`select s.id, a.candidate_no, q.id as question_id, q.text as question, ${PLACE} as place, q.type, q.marks,
                 s.answer_text as answer, s.marks_awarded::float8 / 100 as marked
          from public.student_exam_attempt a
            join public.student_answer s on s.attempt_id = a.id
              and s.college_id = a.college_id
              and s.is_correct is not null
            join public.question q on q.id = s.question_id and q.college_id = s.college_id and q.type in ${OPEN_TYPES}
          where a.exam_id = ${exam.id}
            and a.college_id = ${exam.college_id}
            and (s.marked_by is not null or not ${MARKS_ITSELF})
            and (${input.candidateNo ?? null}::int is null or a.candidate_no = ${input.candidateNo ?? null}::int)
          order by s.updated_at desc, s.id
          limit 10`,
      markedRow,
    );
  },
});

/** Takes a mark back, so that it is given again; while nothing rests on it. */
export const unmarkAnswer = mutation({
  name: "exam.unmark_answer",
  permission: "exams.author",
  input: z.object({
    examId: z.uuid(),
    answerId: z.uuid(),
    /** Whatever else was given the same marks for the same text. */
    alike: z.boolean().default(false),
  }),
  async run({ ctx, input }) {
    const exam = await lockExam(ctx, input.examId);
    if (exam.status !== "CLOSED") throw new Conflict(NOT_NOW);
    const was = await firstRow(
      ctx.tx,
      sql`select s.id, s.question_id, s.answer_text, s.marks_awarded, s.is_correct
          from public.student_answer s
            join public.question q on q.id = s.question_id and q.college_id = s.college_id
          where s.id = ${input.answerId}
            and s.college_id = ${exam.college_id}
            and q.exam_id = ${exam.id}
            and q.type in ${OPEN_TYPES}
          for update of s`,
      z.object({
        id: z.string(),
        question_id: z.string(),
        answer_text: z.string().nullable(),
        marks_awarded: z.number(),
        is_correct: z.boolean().nullable(),
      }),
    );
    if (!was) throw new NotFound("This exam has no such answer");
    if (was.is_correct === null) throw new Conflict("This answer is already waiting to be marked");
    const freed = await execute(
      ctx.tx,
      sql`update public.student_answer
          set is_correct = null, marks_awarded = 0, marked_by = null, updated_at = ${ctx.clock.now()}
          where college_id = ${exam.college_id}
            and (
              id = ${was.id}
                or (
                  ${input.alike}
                    and question_id = ${was.question_id}
                    and is_correct is not null
                    and marks_awarded = ${was.marks_awarded}
                    and lower(trim(answer_text)) = lower(trim(${was.answer_text}::text))
                )
            )`,
    );
    await record(ctx, {
      action: "exam.unmark",
      resource: "exam",
      resourceId: exam.id,
      collegeId: exam.college_id,
      before: { marks: was.marks_awarded / 100 },
      after: { marks: null },
      details: { answer: was.id, answers: freed },
    });
    return { freed };
  },
});

/** Marks in whole and half marks; the first who marks an answer has marked it. */
export const markAnswer = mutation({
  name: "exam.mark_answer",
  permission: "exams.author",
  input: z.object({
    examId: z.uuid(),
    answerId: z.uuid(),
    marks: z.coerce.number({ message: "Enter marks" }).min(0, "Not below 0"),
    /** The same text to the same question, marked the same. */
    alike: z.boolean().default(false),
  }),
  async run({ ctx, input }) {
    const exam = await lockExam(ctx, input.examId);
    if (exam.status !== "CLOSED") throw new Conflict(NOT_NOW);
    const answer = await firstRow(
      ctx.tx,
      sql`select s.id, s.is_correct, s.answer_text, q.id as question_id, q.marks
          from public.student_answer s
            join public.question q on q.id = s.question_id and q.college_id = s.college_id
          where s.id = ${input.answerId}
            and s.college_id = ${exam.college_id}
            and q.exam_id = ${exam.id}
            and q.type in ${OPEN_TYPES}
          for update of s`,
      z.object({
        id: z.string(),
        is_correct: z.boolean().nullable(),
        answer_text: z.string().nullable(),
        question_id: z.string(),
        marks: z.number(),
      }),
    );
    if (!answer) throw new NotFound("This exam has no such answer");
    if (answer.is_correct !== null) throw new Conflict("Someone has already marked this answer");
    const hundredths = Math.round(input.marks * 100);
    if (!Number.isFinite(hundredths) || hundredths > answer.marks * 100)
      throw new Invalid(`At most ${answer.marks}`, { marks: [`At most ${answer.marks}`] });
    const marked = await execute(
      ctx.tx,
      sql`update public.student_answer s
          set marks_awarded = ${hundredths}, is_correct = ${hundredths >= answer.marks * 100},
              marked_by = ${ctx.actor.id}, updated_at = ${ctx.clock.now()}
          where s.college_id = ${exam.college_id}
            and s.is_correct is null
            and (
              s.id = ${answer.id}
                or (
                  ${input.alike}
                    and s.question_id = ${answer.question_id}
                    and lower(trim(s.answer_text)) = lower(trim(${answer.answer_text}::text))
                )
            )`,
    );
    await record(ctx, {
      action: "exam.mark",
      resource: "exam",
      resourceId: exam.id,
      collegeId: exam.college_id,
      details: { answer: answer.id, question: answer.question_id, marks: input.marks, answers: marked },
    });
    return { marked };
  },
});
