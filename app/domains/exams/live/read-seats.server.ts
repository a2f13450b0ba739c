import { z } from "zod";
import type { TxCtx } from "~/db/ctx.ts";
import { rows } from "~/db/query.ts";
import { unlessLocked } from "~/db/lock-timeout.server.ts";
import { sql } from "~/db/sql.ts";
import type { ExamRow } from "../exam-row.server.ts";
import { isOpenAttempt } from "../machine.ts";
import { seatState, type SeatState } from "./seat.ts";

const seatRow = z.object({
  user_id: z.string(),
  name: z.string(),
  roll_no: z.string().nullable(),
  attempt_id: z.string().nullable(),
  attempt_state: z.string().nullable(),
  started_at: z.date().nullable(),
  ended_at: z.date().nullable(),
  deadline_at: z.date().nullable(),
  paused_at: z.date().nullable(),
  extra_seconds: z.number(),
  last_seen_at: z.date().nullable(),
  answered: z.number(),
  violations: z.number(),
  extra_percent: z.number(),
  ignored: z.array(z.string()),
});

const answerRow = z.object({ attempt_id: z.string(), at: z.date() });

/** Counted, each of them; more than any exam there is. */
const COUNTED = 100_000;

export type Seat = z.infer<typeof seatRow> & { last_answer_at: Date | null; state: SeatState; secondsLeft: number | null };

/** Everyone expected in this exam or sitting it, each with a state: the board shows them, and a message to a filter goes to the same. */
export async function readSeats(ctx: TxCtx, exam: ExamRow): Promise<{ seats: Seat[]; answersKnown: boolean }> {
  const now = ctx.clock.now();
  const found = await rows(
    ctx.tx,
    sql`with latest as (
          select distinct on (a.user_id) a.*
          from public.student_exam_attempt a
          where a.exam_id = ${exam.id} and a.college_id = ${exam.college_id}
          order by a.user_id, a.attempt_no desc
        ),
        people as (
          select user_id
          from public.enrollment
          where class_id = ${exam.class_id} and college_id = ${exam.college_id} and status = 'ACTIVE'
          union select user_id
          from latest
        )
        select u.id as user_id, u.name, u.roll_no, l.id as attempt_id, l.state as attempt_state, l.started_at,
               l.ended_at, l.deadline_at, l.paused_at, coalesce(l.extra_seconds, 0) as extra_seconds, l.last_seen_at,
               coalesce(l.answered_count, 0) as answered, coalesce(l.violation_count, 0) as violations,
               coalesce(acc.extra_percent, 0) as extra_percent, coalesce(acc.ignored, '{}') as ignored
        from people p
          join public."user" u on u.id = p.user_id and u.college_id = ${exam.college_id}
          left join latest l on l.user_id = p.user_id
          left join lateral (
            select max(c.extra_percent)::int as extra_percent,
                   array(
                     select distinct x
                     from public.accommodation c2, unnest(c2.ignored_signals) x
                     where c2.user_id = p.user_id
                       and c2.college_id = ${exam.college_id}
                       and (c2.exam_id is null or c2.exam_id = ${exam.id})
                       and (c2.valid_until is null or c2.valid_until >= ${now}::timestamptz::date)
                   ) as ignored
            from public.accommodation c
            where c.user_id = p.user_id
              and c.college_id = ${exam.college_id}
              and (c.exam_id is null or c.exam_id = ${exam.id})
              and (c.valid_until is null or c.valid_until >= ${now}::timestamptz::date)
          ) acc on true
        order by u.name, u.id
        limit ${COUNTED}`,
    seatRow,
  );
  const answers = await unlessLocked(ctx, 250, () =>
    rows(
      ctx.tx,
      sql`select s.attempt_id, max(s.answered_at) as at
          from public.student_answer s
          where s.attempt_id = any(${found.flatMap((row) => row.attempt_id ?? [])}::uuid[])
            and s.college_id = ${exam.college_id}
          group by s.attempt_id`,
      answerRow,
    ),
  );
  const answered = new Map(answers?.map((row) => [row.attempt_id, row.at]));
  const seats = found.map((row): Seat => {
    const seat = { ...row, last_answer_at: answered.get(row.attempt_id ?? "") ?? null };
    return { ...seat, state: seatState(seat, now, answers !== null), secondsLeft: secondsLeft(row, exam, now) };
  });
  return { seats, answersKnown: answers !== null };
}

function secondsLeft(seat: z.infer<typeof seatRow>, exam: ExamRow, now: Date): number | null {
  if (!isOpenAttempt(seat.attempt_state)) return null;
  return Math.max(0, Math.round(((seat.deadline_at ?? exam.end_time).getTime() - (seat.paused_at ?? now).getTime()) / 1000));
}
