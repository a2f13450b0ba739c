import type { TxCtx } from "~/db/ctx.ts";
import { execute } from "~/db/query.ts";
import { raw, sql } from "~/db/sql.ts";
import { forgetReminders } from "./series.server.ts";

type ExamTime = {
  id: string;
  college_id: string;
  title: string;
  description: string | null;
  class_id: string;
  subject_id: string | null;
  start_time: Date;
  end_time: Date;
  /** Scheduled: it will take place. A draft and a cancelled exam will not. */
  takesPlace: boolean;
};

/** When the class of an exam is reminded of it. */
const REMIND_BEFORE = raw("(values (interval '24 hours'), (interval '1 hour'))");

/**
 * The date of an exam in its class's calendar, and what reminds of it. It has the exam's id, so there is one, whoever is first.
 * Called in the transaction that schedules, moves or cancels the exam: a reminder never tells of a time that is no longer so.
 */
export async function keepExamEvent(ctx: TxCtx, exam: ExamTime): Promise<void> {
  const now = ctx.clock.now();
  await forgetReminders(ctx, exam.college_id, [exam.id]);
  if (!exam.takesPlace) {
    await execute(
      ctx.tx,
      sql`update public.event
          set is_active = false, updated_at = ${now}
          where id = ${exam.id}::uuid and college_id = ${exam.college_id}::uuid and is_active`,
    );
    return;
  }
  await execute(
    ctx.tx,
    sql`insert into public.event (
          id, college_id, title, description, type, priority, scheduled_at, end_date_time, class_id, subject_id, exam_id
        )
        values (
          ${exam.id}::uuid, ${exam.college_id}::uuid, ${exam.title}, ${exam.description}, 'EXAM', 'HIGH',
          ${exam.start_time}, ${exam.end_time}, ${exam.class_id}::uuid, ${exam.subject_id}::uuid, ${exam.id}::uuid
        )
        on conflict (id, college_id) do update
        set title = excluded.title, description = excluded.description, scheduled_at = excluded.scheduled_at,
            end_date_time = excluded.end_date_time, class_id = excluded.class_id, subject_id = excluded.subject_id,
            is_active = true, updated_at = ${now}`,
  );
  await execute(
    ctx.tx,
    sql`insert into public.event_reminder (id, college_id, event_id, remind_at)
        select public.invigil_uuid7(), ${exam.college_id}::uuid, ${exam.id}::uuid,
               ${exam.start_time}::timestamptz - ahead.by
        from ${REMIND_BEFORE} ahead (by)
        where ${exam.start_time}::timestamptz - ahead.by > ${now}`,
  );
}
