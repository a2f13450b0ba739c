import { z } from "zod";
import { mutation, record } from "~/access/verb.server.ts";
import type { TxCtx } from "~/db/ctx.ts";
import { execute, firstRow, rows } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { Conflict } from "~/platform/errors.ts";
import { newId } from "~/platform/ids.ts";
import { holdExam, type ExamRow } from "../exam-row.server.ts";
import { addTime } from "./add-time.server.ts";
import { minutes } from "./extra-time.server.ts";
import { reasonField } from "~/platform/reason-field.ts";

type Given = { exam: ExamRow; incidentId: string; attemptId: string | null; minutes: number };

/** The row that says it was given. None where one is there already: a unique index decides between two who give at once. */
async function note(ctx: TxCtx, { exam, incidentId, attemptId, minutes: given }: Given): Promise<string | null> {
  const now = ctx.clock.now();
  const made = await firstRow(
    ctx.tx,
    sql`insert into public.incident_time (
          id, college_id, incident_id, exam_id, attempt_id, minutes, students, created_at, updated_at
        )
        values (
          ${newId(now.getTime())}, ${exam.college_id}, ${incidentId}, ${exam.id}, ${attemptId}, ${given}, 0, ${now},
          ${now}
        )
        on conflict do nothing
        returning id`,
    z.object({ id: z.string() }),
  );
  return made?.id ?? null;
}

/** What was given for this incident in this exam until now; held, because the caller may add to it. */
const given = (ctx: TxCtx, exam: ExamRow, incidentId: string) =>
  rows(
    ctx.tx,
    sql`select id, attempt_id
        from public.incident_time
        where college_id = ${exam.college_id} and incident_id = ${incidentId} and exam_id = ${exam.id}
        for update`,
    z.object({ id: z.string(), attempt_id: z.string().nullable() }),
  );

/**
 * Time for an incident, to everybody who is still writing an exam or to one of them alone: once, whoever gives it. Those who
 * got it alone are left out when everybody gets it. `again` means to give more on top.
 */
export const giveTimeForIncident = mutation({
  name: "exam.incident_time",
  permission: "exams.operate",
  input: z.object({
    examId: z.uuid(),
    incident: z.object({ id: z.uuid(), number: z.number().int().positive() }),
    attemptId: z.uuid().nullable().default(null),
    minutes,
    again: z.boolean().default(false),
    reason: reasonField,
  }),
  async run({ ctx, input }) {
    const exam = await holdExam(ctx, input.examId);
    const before = await given(ctx, exam, input.incident.id);
    const same = before.find((row) => row.attempt_id === input.attemptId);
    const already = same ?? before.find((row) => row.attempt_id === null);
    if (already && !input.again) throw new Conflict("Time was already given for this incident");
    const row = same?.id ?? (await note(ctx, { ...input, exam, incidentId: input.incident.id }));
    if (!row) throw new Conflict("Time was already given for this incident");
    const students = await addTime(ctx, exam, {
      attemptIds: input.attemptId ? [input.attemptId] : "all",
      except: input.attemptId || input.again ? [] : before.flatMap((alone) => alone.attempt_id ?? []),
      minutes: input.minutes,
      reason: input.reason,
    });
    if (students === 0) {
      // Nothing was given, so nothing says that it was: the caller may go on with other exams in this transaction.
      if (!same)
        await execute(
          ctx.tx,
          sql`delete from public.incident_time
            where id = ${row} and college_id = ${exam.college_id}`,
        );
      throw new Conflict("None of these students is still writing");
    }
    await execute(
      ctx.tx,
      sql`update public.incident_time
          set minutes = minutes + ${same ? input.minutes : 0},
              students = greatest(students, ${students}),
              updated_at = ${ctx.clock.now()}
          where id = ${row} and college_id = ${exam.college_id}`,
    );
    await record(ctx, {
      action: "incident.extra_time",
      resource: "exam",
      resourceId: exam.id,
      collegeId: exam.college_id,
      reason: input.reason,
      details: { incident: input.incident.number, minutes: input.minutes, students },
    });
    return { students };
  },
});
