import { z } from "zod";
import { read } from "~/access/verb.server.ts";
import { rows } from "~/db/query.ts";
import { unlessLocked } from "~/db/patience.server.ts";
import { sql } from "~/db/sql.ts";
import { findExam, type ExamRow } from "../exam-row.server.ts";
import { SEAT_STATES, seatState, URGENCY, type SeatState } from "./seat.ts";

const seatRow = z.object({
  user_id: z.string(),
  name: z.string(),
  roll_no: z.string().nullable(),
  attempt_id: z.string().nullable(),
  attempt_state: z.string().nullable(),
  started_at: z.date().nullable(),
  ended_at: z.date().nullable(),
  deadline_at: z.date().nullable(),
  extra_seconds: z.number(),
  last_seen_at: z.date().nullable(),
  answered: z.number(),
  violations: z.number(),
  extra_percent: z.number(),
  ignored: z.array(z.string()),
});

const answerRow = z.object({ attempt_id: z.string(), at: z.date() });

export type Seat = z.infer<typeof seatRow> & { last_answer_at: Date | null; state: SeatState; secondsLeft: number | null };

export type LiveBoard = {
  exam: ExamRow;
  now: Date;
  items: number;
  /** False while somebody holds the answers: then nobody can be told to be idle. */
  answersKnown: boolean;
  counts: Record<SeatState, number> & { expected_total: number; started: number };
  seats: Seat[];
  /** More seats than a page shows: search narrows them. */
  more: boolean;
};

const SHOWN = 1500;
/** Counted, each of them; more than any exam there is. */
const COUNTED = 100_000;

/** What each expected student is doing. Names are here because a person in the room has one; reviews never show them. */
export const liveBoard = read({
  name: "exam.live_board",
  permission: "exams.live",
  on: "primary",
  input: z.object({ examId: z.uuid(), q: z.string().trim().max(100).optional(), state: z.enum(SEAT_STATES).optional() }),
  async run({ ctx, input }): Promise<LiveBoard> {
    const exam = await findExam(ctx, input.examId);
    const now = ctx.clock.now();
    const found = await rows(
      ctx.tx,
      sql`with latest as (
            select distinct on (a.user_id) a.* from public.student_exam_attempt a where a.exam_id = ${exam.id} and a.college_id = ${exam.college_id}
            order by a.user_id, a.attempt_no desc
          ),
          people as (
            select user_id from public.enrollment where class_id = ${exam.class_id} and college_id = ${exam.college_id} and status = 'ACTIVE'
            union select user_id from latest
          )
          select u.id as user_id, u.name, u.roll_no, l.id as attempt_id, l.state as attempt_state, l.started_at, l.ended_at, l.deadline_at,
                 coalesce(l.extra_seconds, 0) as extra_seconds, l.last_seen_at, coalesce(l.answered_count, 0) as answered,
                 coalesce(l.violation_count, 0) as violations,
                 coalesce(acc.extra_percent, 0) as extra_percent, coalesce(acc.ignored, '{}') as ignored
          from people p join public."user" u on u.id = p.user_id and u.college_id = ${exam.college_id}
          left join latest l on l.user_id = p.user_id
          left join lateral (
            select max(c.extra_percent)::int as extra_percent,
                   array(select distinct x from public.accommodation c2, unnest(c2.ignored_signals) x
                         where c2.user_id = p.user_id and c2.college_id = ${exam.college_id} and (c2.exam_id is null or c2.exam_id = ${exam.id})
                           and (c2.valid_until is null or c2.valid_until >= ${now}::timestamptz::date)) as ignored
            from public.accommodation c where c.user_id = p.user_id and c.college_id = ${exam.college_id}
              and (c.exam_id is null or c.exam_id = ${exam.id}) and (c.valid_until is null or c.valid_until >= ${now}::timestamptz::date)
          ) acc on true
          order by u.name, u.id limit ${COUNTED}`,
      seatRow,
    );
    const answers = await unlessLocked(ctx, 250, () =>
      rows(
        ctx.tx,
        sql`select s.attempt_id, max(s.answered_at) as at from public.student_answer s
            where s.attempt_id = any(${found.flatMap((row) => row.attempt_id ?? [])}::uuid[]) and s.college_id = ${exam.college_id} group by s.attempt_id`,
        answerRow,
      ),
    );
    const answered = new Map(answers?.map((row) => [row.attempt_id, row.at]));
    const [{ items } = { items: 0 }] = await rows(
      ctx.tx,
      sql`select count(*)::int as items from public.question where exam_id = ${exam.id} and college_id = ${exam.college_id}`,
      z.object({ items: z.number() }),
    );
    const all = found.map((row): Seat => {
      const seat = { ...row, last_answer_at: answered.get(row.attempt_id ?? "") ?? null };
      return { ...seat, state: seatState(seat, now, answers !== null), secondsLeft: secondsLeft(row, exam, now) };
    });
    const counts = {
      expected: 0,
      working: 0,
      idle: 0,
      offline: 0,
      submitted: 0,
      expired: 0,
      expected_total: all.length,
      started: 0,
    };
    for (const seat of all) {
      counts[seat.state]++;
      if (seat.attempt_id) counts.started++;
    }
    const q = input.q?.toLowerCase();
    const matching = all.filter(
      (seat) =>
        (!input.state || seat.state === input.state) &&
        (!q || seat.name.toLowerCase().includes(q) || (seat.roll_no ?? "").toLowerCase().includes(q)),
    );
    matching.sort((a, b) => URGENCY[a.state] - URGENCY[b.state] || a.name.localeCompare(b.name));
    return {
      exam,
      now,
      items,
      answersKnown: answers !== null,
      counts,
      seats: matching.slice(0, SHOWN),
      more: matching.length > SHOWN,
    };
  },
});

function secondsLeft(seat: z.infer<typeof seatRow>, exam: ExamRow, now: Date): number | null {
  if (seat.attempt_state !== "IN_PROGRESS") return null;
  return Math.max(0, Math.round(((seat.deadline_at ?? exam.end_time).getTime() - now.getTime()) / 1000));
}
