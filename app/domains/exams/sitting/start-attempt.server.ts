import { z } from "zod";
import type { TxCtx } from "~/db/ctx.ts";
import { firstRow } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { Conflict } from "~/platform/errors.ts";
import { newId } from "~/platform/ids.ts";
import type { ExamRow } from "../exam-row.server.ts";

const attemptRow = z.object({ id: z.string(), state: z.string(), attempt_no: z.number() });

/**
 * A student's open attempt, or a new one where the exam allows one more. Two that start at once: the unique key lets one of
 * them in. The deadline is the exam's minutes and what the student's accommodations add, within the window.
 */
export async function startAttempt(ctx: TxCtx, exam: ExamRow, userId: string): Promise<string> {
  const last = await firstRow(
    ctx.tx,
    sql`select id, state, attempt_no
        from public.student_exam_attempt
        where exam_id = ${exam.id} and college_id = ${exam.college_id} and user_id = ${userId}
        order by attempt_no desc
        limit 1`,
    attemptRow,
  );
  if (last && ["IN_PROGRESS", "PAUSED", "LOCKED"].includes(last.state)) return last.id;
  const now = ctx.clock.now();
  if (exam.status !== "LIVE" || exam.end_time <= now) throw new Conflict("This exam is not live, so it can't be started now");
  if (last && last.attempt_no >= exam.max_attempts) throw new Conflict("This student has no attempt left in this exam");
  const id = newId(now.getTime());
  await firstRow(
    ctx.tx,
    sql`insert into public.student_exam_attempt (
          id, college_id, user_id, exam_id, attempt_no, started_at, deadline_at, last_seen_at, total_marks, updated_at
        )
        select ${id}, ${exam.college_id}, ${userId}, ${exam.id}, ${(last?.attempt_no ?? 0) + 1}, ${now},
               least(
                 ${now}::timestamptz + ${exam.duration_minutes} * interval '1 minute', ${exam.end_time}::timestamptz
               ) + coalesce(max(c.extra_percent), 0) * ${exam.duration_minutes} * interval '0.6 seconds',
               ${now}, ${exam.total_marks}, ${now}
        from public.accommodation c
        where c.user_id = ${userId}
          and c.college_id = ${exam.college_id}
          and (c.exam_id is null or c.exam_id = ${exam.id})
          and (c.valid_until is null or c.valid_until >= ${now}::timestamptz::date)
        returning id`,
    z.object({ id: z.string() }),
  );
  return id;
}
