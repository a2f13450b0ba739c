import { z } from "zod";
import { may } from "~/access/policy.ts";
import { read } from "~/access/verb.server.ts";
import { pageAfter, type Keyset } from "~/db/keyset.ts";
import { rows } from "~/db/query.ts";
import { and, sql, type Sql } from "~/db/sql.ts";
import { ATTEMPT, type AttemptState } from "./machine.ts";
import { findExam } from "./exam-row.server.ts";

const states = Object.keys(ATTEMPT) as [AttemptState, ...AttemptState[]];

const attemptRow = z.object({
  id: z.string(),
  candidate_no: z.number(),
  name: z.string().nullable(),
  state: z.enum(states),
  review_state: z.string(),
  started_at: z.date(),
  ended_at: z.date().nullable(),
  answered: z.number(),
  score: z.number(),
  total_marks: z.number(),
  risk: z.number(),
  violations: z.number(),
  suspicious: z.boolean(),
});
export type AttemptListRow = z.infer<typeof attemptRow>;

const PAGE = 100;

const BY_RISK: Keyset = { by: sql`a.risk_score`, type: "int", id: sql`a.id`, descending: true };

/** Attempts by risk. A reviewer sees numbers; names are for whoever manages the people and does not review them. */
export const listAttempts = read({
  name: "exam.attempts",
  permission: "exams.read",
  input: z.object({
    examId: z.uuid(),
    state: z.enum(states).optional().catch(undefined),
    flagged: z.boolean().default(false),
    cursor: z.string().max(400).optional(),
  }),
  async run({ ctx, input }) {
    const exam = await findExam(ctx, input.examId);
    const named = may(ctx.actor.role, "platform.read") && !may(ctx.actor.role, "integrity.review");
    const where: Sql[] = [sql`a.exam_id = ${exam.id} and a.college_id = ${exam.college_id}`];
    if (input.state) where.push(sql`a.state = ${input.state}`);
    if (input.flagged) where.push(sql`a.suspicious_activity`);
    const page = pageAfter<AttemptListRow>(BY_RISK, input.cursor, PAGE, (row) => row.risk);
    where.push(...page.where);
    const found = await rows(
      ctx.tx,
      sql`select a.id, a.candidate_no, case when ${named} then u.name end as name, a.state, a.review_state,
                 a.started_at, a.ended_at, a.answered_count as answered, a.score, a.total_marks, a.risk_score as risk,
                 a.violation_count as violations, a.suspicious_activity as suspicious
          from public.student_exam_attempt a
            join public."user" u on u.id = a.user_id and u.college_id = a.college_id
          where ${and(where)} ${page.order}`,
      attemptRow,
    );
    const { shown, next } = page.of(found);
    return { exam, named, attempts: shown, next };
  },
});
