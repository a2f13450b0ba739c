import { z } from "zod";
import { mutation, read } from "~/access/verb.server.ts";
import { record } from "~/audit/record.server.ts";
import type { Ctx } from "~/db/ctx.ts";
import { execute, rows } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { Conflict } from "~/platform/errors.ts";
import { lockExam } from "../exam-row.server.ts";
import { moveExam } from "./move.server.ts";

/** How long after its deadline an attempt may still arrive: what was sent in time may come late. */
const GRACE_SECONDS = 30;

/**
 * Still in its time, or as long after it as something sent in time may take; the clock of a paused one stands still. `e` is the
 * exam, `a` the attempt.
 */
const stillWriting = (now: Date) =>
  sql`(a.state in ('PAUSED', 'LOCKED') or (a.state = 'IN_PROGRESS'
       and coalesce(a.deadline_at, e.end_time) >= ${now}::timestamptz - ${GRACE_SECONDS} * interval '1 second'))`;

const due = z.object({ id: z.string(), college_id: z.string(), act: z.enum(["open", "close", "expire"]) });

const dueNow = read({
  name: "exam.due",
  permission: "exams.operate",
  on: "primary",
  input: z.object({}),
  run: ({ ctx }) =>
    rows(
      ctx.tx,
      // Also where an exam was closed just as someone began: nobody writes for ever.
      sql`select e.id, e.college_id, 'open' as act
          from public.exam e
          where e.status = 'SCHEDULED' and e.start_time <= ${ctx.clock.now()} and e.deleted_at is null
          union all select distinct e.id, e.college_id, 'expire'
          from public.exam e
            join public.student_exam_attempt a on a.exam_id = e.id and a.college_id = e.college_id
          where e.status in ('LIVE', 'CLOSED')
            and e.deleted_at is null
            and a.state = 'IN_PROGRESS'
            and coalesce(
              a.deadline_at, e.end_time
            ) < ${ctx.clock.now()}::timestamptz - ${GRACE_SECONDS} * interval '1 second'
          union all select e.id, e.college_id, 'close'
          from public.exam e
          where e.status = 'LIVE'
            and e.end_time <= ${ctx.clock.now()}
            and e.deleted_at is null
            and not exists (
              select 1
              from public.student_exam_attempt a
              where a.exam_id = e.id and a.college_id = e.college_id and ${stillWriting(ctx.clock.now())}
            )
          limit 500`,
      due,
    ),
});

const input = z.object({ examId: z.uuid() });

/** Each reads again under the lock: another collector, or a person, may have been first. */
const openExam = mutation({
  name: "exam.open",
  permission: "exams.operate",
  input,
  async run({ ctx, input: { examId } }) {
    const exam = await lockExam(ctx, examId);
    if (exam.status !== "SCHEDULED" || exam.start_time > ctx.clock.now()) throw new Conflict("Not due any more");
    await moveExam(ctx, exam, "LIVE", { action: "exam.open" });
  },
});

const expireAttempts = mutation({
  name: "exam.expire_attempts",
  permission: "exams.operate",
  input,
  async run({ ctx, input: { examId } }) {
    const exam = await lockExam(ctx, examId);
    const now = ctx.clock.now();
    const count = await execute(
      ctx.tx,
      sql`update public.student_exam_attempt
          set state = 'EXPIRED', is_completed = true, needs_scoring = true, updated_at = ${now},
              ended_at = greatest(started_at, coalesce(deadline_at, ${exam.end_time}))
          where exam_id = ${exam.id}
            and college_id = ${exam.college_id}
            and state = 'IN_PROGRESS'
            and coalesce(
              deadline_at, ${exam.end_time}::timestamptz
            ) < ${now}::timestamptz - ${GRACE_SECONDS} * interval '1 second'`,
    );
    if (count === 0) throw new Conflict("Not due any more");
    await record(ctx, {
      action: "exam.expire_attempts",
      resource: "exam",
      resourceId: exam.id,
      collegeId: exam.college_id,
      details: { attempts: count },
    });
    return count;
  },
});

const closeDue = mutation({
  name: "exam.close_due",
  permission: "exams.operate",
  input,
  async run({ ctx, input: { examId } }) {
    const exam = await lockExam(ctx, examId);
    if (exam.status !== "LIVE" || exam.end_time > ctx.clock.now()) throw new Conflict("Not due any more");
    // Someone may have been given time since this was looked for.
    const writing = await rows(
      ctx.tx,
      sql`select a.id
          from public.exam e
            join public.student_exam_attempt a on a.exam_id = e.id and a.college_id = e.college_id
          where e.id = ${exam.id} and e.college_id = ${exam.college_id} and ${stillWriting(ctx.clock.now())}
          limit 1`,
      z.object({ id: z.string() }),
    );
    if (writing.length > 0) throw new Conflict("Not due any more");
    await moveExam(ctx, exam, "CLOSED", { action: "exam.close", details: { by: "the clock" } });
  },
});

/** SCHEDULED → LIVE → CLOSED as the clock says, and attempts whose time is up. */
export async function advanceExams(ctx: Ctx): Promise<{ opened: number; closed: number; expired: number }> {
  const done = { opened: 0, closed: 0, expired: 0 };
  const failed: unknown[] = [];
  // One exam that fails must not keep the others closed.
  const attempt = async (run: () => Promise<void>) => {
    try {
      await run();
    } catch (error) {
      if (!(error instanceof Conflict)) failed.push(error);
    }
  };
  for (const exam of await dueNow({ ctx, input: {} })) {
    const scoped: Ctx = { ...ctx, scope: { kind: "tenants", ids: [exam.college_id] } };
    const work = { ctx: scoped, input: { examId: exam.id } };
    await attempt(async () => {
      if (exam.act === "open") await openExam(work).then(() => done.opened++);
      else if (exam.act === "expire") done.expired += await expireAttempts(work);
      else await closeDue(work).then(() => done.closed++);
    });
  }
  if (failed.length > 0) throw failed[0];
  return done;
}
