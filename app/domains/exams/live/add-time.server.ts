import { z } from "zod";
import { record } from "~/access/verb.server.ts";
import type { TxCtx } from "~/db/ctx.ts";
import { execute, rows } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { plural } from "~/platform/format.ts";
import { Conflict } from "~/platform/errors.ts";
import type { ExamRow } from "../exam-row.server.ts";

type Time = {
  attemptIds: "all" | readonly string[];
  /** Whom to leave out, where everybody gets it. */
  except?: readonly string[];
  minutes: number;
  reason: string;
  seen?: Record<string, number>;
};

/** Minutes for those of them who are still writing, and how many these are. The caller holds the exam. */
export async function addTime(ctx: TxCtx, exam: ExamRow, time: Time): Promise<number> {
  if (exam.status !== "LIVE" && exam.status !== "SCHEDULED") throw new Conflict("Extra time is given while an exam is live");
  const all = time.attemptIds === "all";
  const writing = await rows(
    ctx.tx,
    sql`select id, extra_seconds
        from public.student_exam_attempt
        where exam_id = ${exam.id} and college_id = ${exam.college_id} and state in ('IN_PROGRESS', 'PAUSED', 'LOCKED')
          and (${all} or id = any(${all ? [] : time.attemptIds}::uuid[]))
          and id <> all(${time.except ?? []}::uuid[])
        order by id
        for no key update`,
    z.object({ id: z.string(), extra_seconds: z.number() }),
  );
  if (writing.length === 0) return 0;
  const changed = writing.filter((attempt) => {
    const was = time.seen?.[attempt.id];
    return was !== undefined && was !== attempt.extra_seconds;
  });
  if (changed.length > 0)
    throw new Conflict(
      `Someone else has just given extra time to ${plural(changed.length, "of these students", "of these students")}. Reload before you decide`,
    );
  await execute(
    ctx.tx,
    sql`update public.student_exam_attempt
        set extra_seconds = extra_seconds + ${time.minutes * 60},
            updated_at = ${ctx.clock.now()},
            deadline_at = coalesce(deadline_at, ${exam.end_time}) + ${time.minutes} * interval '1 minute'
        where college_id = ${exam.college_id} and id = any(${writing.map((attempt) => attempt.id)}::uuid[])`,
  );
  await record(ctx, {
    action: "exam.extra_time",
    resource: "exam",
    resourceId: exam.id,
    collegeId: exam.college_id,
    reason: time.reason || null,
    details: {
      minutes: time.minutes,
      attempts: writing.length,
      all,
      ...(writing.length <= 50 ? { attemptIds: writing.map((attempt) => attempt.id) } : {}),
    },
  });
  return writing.length;
}
