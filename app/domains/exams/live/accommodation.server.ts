import { z } from "zod";
import { mutation, read, record } from "~/access/verb.server.ts";
import { execute, firstRow, rows } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { NotFound } from "~/platform/errors.ts";
import { newId } from "~/platform/ids.ts";
import { findExam, lockExam } from "../exam-row.server.ts";
import { reasonField } from "~/platform/reason-field.ts";

const row = z.object({
  id: z.string(),
  user_id: z.string(),
  name: z.string(),
  roll_no: z.string().nullable(),
  exam_id: z.string().nullable(),
  extra_percent: z.number(),
  ignored_signals: z.array(z.string()),
  reason: z.string(),
  valid_until: z.string().nullable(),
});

/** Of everybody expected in this exam: those for it alone, and those for every exam. */
export const listAccommodations = read({
  name: "exam.accommodations",
  permission: "exams.live",
  input: z.object({ examId: z.uuid() }),
  async run({ ctx, input }) {
    const exam = await findExam(ctx, input.examId);
    return rows(
      ctx.tx,
      sql`select c.id, c.user_id, u.name, u.roll_no, c.exam_id, c.extra_percent, c.ignored_signals, c.reason,
                 c.valid_until
          from public.accommodation c
            join public."user" u on u.id = c.user_id and u.college_id = c.college_id
          where c.college_id = ${exam.college_id}
            and (
              c.exam_id = ${exam.id}
                or (
                  c.exam_id is null
                    and exists (
                      select 1
                      from public.enrollment n
                      where n.user_id = c.user_id
                        and n.college_id = c.college_id
                        and n.class_id = ${exam.class_id}
                        and n.status = 'ACTIVE'
                    )
                )
            )
            and (c.valid_until is null or c.valid_until >= ${ctx.clock.now()}::timestamptz::date)
          order by u.name, c.id
          limit 500`,
      row,
    );
  },
});

/**
 * What a student is entitled to in this exam. Given during the exam, the extra share moves the deadline too: by itself alone,
 * whether the deadline is the end of the student's minutes or of the window, and not again for what they had already.
 */
export const grantAccommodation = mutation({
  name: "exam.grant_accommodation",
  permission: "exams.operate",
  input: z.object({
    examId: z.uuid(),
    userId: z.uuid("Choose a student"),
    extraPercent: z.coerce.number().int("Enter a whole percentage").min(0).max(400, "At most 400 %"),
    ignoredSignals: z
      .array(z.string().regex(/^[A-Z_]{2,40}$/))
      .max(40)
      .default([]),
    reason: reasonField,
  }),
  async run({ ctx, input }) {
    const exam = await lockExam(ctx, input.examId);
    const student = await firstRow(
      ctx.tx,
      sql`select id from public."user" where id = ${input.userId} and college_id = ${exam.college_id}`,
      z.object({ id: z.string() }),
    );
    if (!student) throw new NotFound("This tenant has no such student");
    const had = await firstRow(
      ctx.tx,
      sql`select coalesce(max(extra_percent), 0)::int as percent
          from public.accommodation
          where user_id = ${input.userId}
            and college_id = ${exam.college_id}
            and (exam_id is null or exam_id = ${exam.id})
            and (valid_until is null or valid_until >= ${ctx.clock.now()}::timestamptz::date)`,
      z.object({ percent: z.number() }),
    );
    const share = (percent: number) => sql`${(exam.duration_minutes * percent) / 100}::float8 * interval '1 minute'`;
    const deadline = sql`coalesce(deadline_at, ${exam.end_time}::timestamptz)`;
    const given = sql`extra_seconds * interval '1 second'`;
    const id = newId(ctx.clock.now().getTime());
    await ctx.tx.prisma.accommodation.create({
      data: {
        id,
        collegeId: exam.college_id,
        userId: input.userId,
        examId: exam.id,
        extraPercent: input.extraPercent,
        ignoredSignals: input.ignoredSignals,
        reason: input.reason,
      },
    });
    const moved = await execute(
      ctx.tx,
      sql`update public.student_exam_attempt
          set needs_scoring = true, updated_at = ${ctx.clock.now()},
              deadline_at = case
                when state in ('IN_PROGRESS', 'PAUSED', 'LOCKED') then greatest(
                  ${deadline},
                  least(
                    started_at + ${exam.duration_minutes} * interval '1 minute',
                    greatest(${exam.end_time}::timestamptz, ${deadline} - ${given} - ${share(had!.percent)})
                  ) + ${given} + ${share(input.extraPercent)}
                )
                else deadline_at
              end
          where exam_id = ${exam.id} and college_id = ${exam.college_id} and user_id = ${input.userId}`,
    );
    await record(ctx, {
      action: "accommodation.grant",
      resource: "exam",
      resourceId: exam.id,
      collegeId: exam.college_id,
      reason: input.reason,
      after: { userId: input.userId, extraPercent: input.extraPercent, ignoredSignals: input.ignoredSignals.join(", ") },
      details: { attempts: moved },
    });
    return { id };
  },
});

export const removeAccommodation = mutation({
  name: "exam.remove_accommodation",
  permission: "exams.operate",
  input: z.object({ examId: z.uuid(), id: z.uuid(), reason: reasonField }),
  async run({ ctx, input }) {
    const exam = await lockExam(ctx, input.examId);
    const gone = await firstRow(
      ctx.tx,
      sql`delete from public.accommodation
          where id = ${input.id} and exam_id = ${exam.id} and college_id = ${exam.college_id}
          returning user_id, extra_percent`,
      z.object({ user_id: z.string(), extra_percent: z.number() }),
    );
    if (!gone) throw new NotFound("This accommodation is not for this exam only. Change it on the student's page");
    await execute(
      ctx.tx,
      sql`update public.student_exam_attempt
          set needs_scoring = true
          where exam_id = ${exam.id} and college_id = ${exam.college_id} and user_id = ${gone.user_id}`,
    );
    await record(ctx, {
      action: "accommodation.remove",
      resource: "exam",
      resourceId: exam.id,
      collegeId: exam.college_id,
      reason: input.reason,
      before: { userId: gone.user_id, extraPercent: gone.extra_percent },
    });
  },
});
