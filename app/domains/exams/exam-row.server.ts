import { z } from "zod";
import type { TxCtx } from "~/db/ctx.ts";
import { execute, firstRow } from "~/db/query.ts";
import { raw, sql, type Sql } from "~/db/sql.ts";
import { Conflict, NotFound } from "~/platform/errors.ts";
import { EXAM_STATUSES, type ExamStatus } from "./machine.ts";

const examRow = z.object({
  id: z.string(),
  college_id: z.string(),
  title: z.string(),
  kind: z.enum(["EXAM", "QUIZ"]),
  description: z.string().nullable(),
  duration_minutes: z.number(),
  total_marks: z.number(),
  passing_marks: z.number(),
  start_time: z.date(),
  end_time: z.date(),
  subject_id: z.string().nullable(),
  class_id: z.string(),
  status: z.enum(EXAM_STATUSES as [ExamStatus, ...ExamStatus[]]),
  enable_question_shuffling: z.boolean(),
  enable_time_limit_per_question: z.boolean(),
  seconds_per_question: z.number().nullable(),
  enable_browser_lock: z.boolean(),
  enable_fullscreen_mode: z.boolean(),
  enable_webcam_monitoring: z.boolean(),
  max_attempts: z.number(),
  review_threshold: z.number(),
  integrity_weights: z.record(z.string(), z.unknown()).nullable(),
  frozen_at: z.date().nullable(),
  cancelled_reason: z.string().nullable(),
  published_at: z.date().nullable(),
});
export type ExamRow = z.infer<typeof examRow>;

const COLUMNS = raw(
  Object.keys(examRow.shape)
    .map((name) => `e.${name}`)
    .join(", "),
);

export async function findExam(ctx: TxCtx, id: string): Promise<ExamRow> {
  const exam = await firstRow(
    ctx.tx,
    sql`select ${COLUMNS}
      from public.exam e
      where e.id = ${id} and e.deleted_at is null`,
    examRow,
  );
  if (!exam) throw new NotFound("Exam not found");
  return exam;
}

/** Who acts, for what the database notes about this exam's room until the end of this transaction. */
const actorOf = ({ actor }: TxCtx) => (actor.kind === "staff" ? JSON.stringify({ id: actor.id, name: actor.name }) : "");

async function held(ctx: TxCtx, id: string, strength: Sql): Promise<ExamRow> {
  const exam = await firstRow(
    ctx.tx,
    sql`select ${COLUMNS}, set_config('invigil.actor', ${actorOf(ctx)}, true)
        from public.exam e where e.id = ${id} and e.deleted_at is null for ${strength}`,
    examRow,
  );
  if (!exam) throw new NotFound("Exam not found");
  return exam;
}

/** The exam, held until the end of this transaction: whoever changes it too waits, and so does whoever starts to write it. */
export const lockExam = (ctx: TxCtx, id: string) => held(ctx, id, raw("update"));

/** As above, but students go on and start meanwhile. */
export const holdExam = (ctx: TxCtx, id: string) => held(ctx, id, raw("no key update"));

/** Two exams of one class that are put at one time at once would each miss the other: the class makes them wait. */
export const holdClass = (ctx: TxCtx, of: { class_id: string; college_id: string }) =>
  execute(
    ctx.tx,
    sql`
    select 1
    from public.class
    where id = ${of.class_id} and college_id = ${of.college_id}
    for no key update`,
  );

export function assertNotFrozen(exam: ExamRow): void {
  if (exam.frozen_at) throw new Conflict("This paper is frozen: its first attempt has started. Copy the exam to change it");
  if (exam.status !== "DRAFT" && exam.status !== "SCHEDULED")
    throw new Conflict("Only a draft or a scheduled exam can be changed");
}
