import { z } from "zod";
import { mutation, read, record } from "~/access/verb.server.ts";
import { execute } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { Invalid } from "~/platform/errors.ts";
import { keepExamEvent } from "../../communication/events/exam-event.server.ts";
import { assertNotFrozen, findExam, holdClass, lockExam, type ExamRow } from "../exam-row.server.ts";
import { checklistOf } from "../calendar/checklist.server.ts";
import { moment } from "./fields.ts";

/** The same exam with its window as long as it was, from another start. */
const from = (exam: ExamRow, start: Date): ExamRow => ({
  ...exam,
  start_time: start,
  end_time: new Date(start.getTime() + exam.end_time.getTime() - exam.start_time.getTime()),
});

/** What another start would break that the present one does not, in words. Nothing is changed. */
export const checkReschedule = read({
  name: "exam.check_reschedule",
  permission: "exams.author",
  input: z.object({ id: z.uuid(), startTime: moment }),
  async run({ ctx, input }) {
    const exam = await findExam(ctx, input.id);
    const moved = from(exam, input.startTime);
    const items = await checklistOf(ctx, moved);
    return {
      exam,
      startTime: moved.start_time,
      endTime: moved.end_time,
      wrong: items.filter((item) => !item.ok && (exam.status === "SCHEDULED" || ["clash", "future"].includes(item.key))),
    };
  },
});

/** Moves the whole window. A scheduled exam must stay fit to be sat; a draft may stand anywhere that is not past. */
export const rescheduleExam = mutation({
  name: "exam.reschedule",
  permission: "exams.author",
  input: z.object({ id: z.uuid(), startTime: moment }),
  async run({ ctx, input }) {
    const exam = await lockExam(ctx, input.id);
    assertNotFrozen(exam);
    const moved = from(exam, input.startTime);
    if (moved.start_time <= ctx.clock.now())
      throw new Invalid("Choose a start in the future", { startTime: ["This moment has passed"] });
    if (exam.status === "SCHEDULED") {
      await holdClass(ctx, exam);
      const wrong = (await checklistOf(ctx, moved)).find((item) => !item.ok);
      if (wrong) throw new Invalid(`This would leave the scheduled exam unfit: ${wrong.says}`, { startTime: [wrong.says] });
    }
    await execute(
      ctx.tx,
      sql`update public.exam
          set start_time = ${moved.start_time}, end_time = ${moved.end_time}, updated_at = ${ctx.clock.now()}
          where id = ${exam.id} and college_id = ${exam.college_id}`,
    );
    if (exam.status === "SCHEDULED") await keepExamEvent(ctx, { ...moved, takesPlace: true });
    await record(ctx, {
      action: "exam.reschedule",
      resource: "exam",
      resourceId: exam.id,
      collegeId: exam.college_id,
      before: { startTime: exam.start_time, endTime: exam.end_time },
      after: { startTime: moved.start_time, endTime: moved.end_time },
    });
    return { startTime: moved.start_time };
  },
});
