import { z } from "zod";
import { mutation, record } from "~/access/verb.server.ts";
import { firstRow } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { env } from "~/platform/env.server.ts";
import { Conflict, Forbidden } from "~/platform/errors.ts";
import { findExam } from "../exam-row.server.ts";
import { signAttemptToken } from "./attempt-token.server.ts";
import { startAttempt } from "./start-attempt.server.ts";

/** A day's exam, and no longer. */
const LINK_HOURS = 8;

/**
 * Opens the reference client for a student of this exam: the one named, one who has not started, or one who is still writing.
 * Only where the reference client is switched on, which is where students are invented.
 */
export const sitAsStudent = mutation({
  name: "exam.sit_as_student",
  permission: "exams.operate",
  input: z.object({ examId: z.uuid(), userId: z.uuid().optional() }),
  async run({ ctx, input }) {
    if (!env().REFERENCE_CLIENT) throw new Forbidden("The reference client is switched off here (REFERENCE_CLIENT)");
    const exam = await findExam(ctx, input.examId);
    const student = await firstRow(
      ctx.tx,
      sql`select n.user_id as id, u.name
          from public.enrollment n
            join public."user" u on u.id = n.user_id and u.college_id = n.college_id
            left join lateral (
              select a.state
              from public.student_exam_attempt a
              where a.exam_id = ${exam.id} and a.college_id = n.college_id and a.user_id = n.user_id
              order by a.attempt_no desc
              limit 1
            ) l on true
          where n.class_id = ${exam.class_id} and n.college_id = ${exam.college_id} and n.status = 'ACTIVE'
            and (${input.userId ?? null}::uuid is null or n.user_id = ${input.userId ?? null})
            and (l.state is null or l.state in ('IN_PROGRESS', 'PAUSED', 'LOCKED'))
          order by l.state is not null, u.name, u.id
          limit 1`,
      z.object({ id: z.string(), name: z.string() }),
    );
    if (!student) throw new Conflict("Every student has ended this exam. No one is left to sit as");
    const attemptId = await startAttempt(ctx, exam, student.id);
    const expiresAt = new Date(ctx.clock.now().getTime() + LINK_HOURS * 3_600_000);
    const token = signAttemptToken({ attemptId, collegeId: exam.college_id, keyId: null, expiresAt });
    await record(ctx, {
      action: "exam.sit_as_student",
      resource: "exam",
      resourceId: exam.id,
      collegeId: exam.college_id,
      details: { student: student.id, attempt: attemptId, until: expiresAt },
    });
    return { attemptId, token, path: `/sit/${token}`, student: student.name };
  },
});
