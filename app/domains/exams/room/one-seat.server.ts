import { z } from "zod";
import { read } from "~/access/verb.server.ts";
import { firstRow, rows } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { NotFound } from "~/platform/errors.ts";
import { findExam } from "../exam-row.server.ts";
import { roomEvent } from "./room-event.ts";

const seatRow = z.object({
  attempt_id: z.string(),
  user_id: z.string(),
  name: z.string(),
  roll_no: z.string().nullable(),
  candidate_no: z.number(),
  state: z.string(),
  started_at: z.date(),
  ended_at: z.date().nullable(),
  deadline_at: z.date(),
  paused_at: z.date().nullable(),
  paused_seconds: z.number(),
  extra_seconds: z.number(),
  last_seen_at: z.date().nullable(),
  answered: z.number(),
  items: z.number(),
  last_answer_at: z.date().nullable(),
  ip_address: z.string().nullable(),
  user_agent: z.string().nullable(),
});

/** One student of the room: what a proctor wants to know before acting. Answers are counted, never shown. */
export const oneSeat = read({
  name: "exam.one_seat",
  permission: "exams.live",
  on: "primary",
  input: z.object({ examId: z.uuid(), attemptId: z.uuid() }),
  async run({ ctx, input }) {
    const exam = await findExam(ctx, input.examId);
    const seat = await firstRow(
      ctx.tx,
      sql`select a.id as attempt_id, a.user_id, u.name, u.roll_no, a.candidate_no, a.state, a.started_at, a.ended_at,
                 coalesce(a.deadline_at, ${exam.end_time}::timestamptz) as deadline_at, a.paused_at, a.paused_seconds,
                 a.extra_seconds, a.last_seen_at, a.answered_count as answered,
                 (
                   select count(*)::int
                   from public.question q
                   where q.exam_id = a.exam_id and q.college_id = a.college_id
                 ) as items,
                 (
                   select max(s.answered_at)
                   from public.student_answer s
                   where s.attempt_id = a.id and s.college_id = a.college_id
                 ) as last_answer_at,
                 a.ip_address, a.user_agent
          from public.student_exam_attempt a
            join public."user" u on u.id = a.user_id and u.college_id = a.college_id
          where a.id = ${input.attemptId} and a.exam_id = ${exam.id} and a.college_id = ${exam.college_id}`,
      seatRow,
    );
    if (!seat) throw new NotFound("This exam has no such student");
    const signals = await rows(
      ctx.tx,
      sql`select i.type, count(*)::int as count, max(i.at) as last
          from public.integrity_event i
          where i.attempt_id = ${seat.attempt_id} and i.college_id = ${exam.college_id} and i.type <> 'HEARTBEAT'
          group by i.type
          order by max(i.at) desc
          limit 20`,
      z.object({ type: z.string(), count: z.number(), last: z.date() }),
    );
    const messages = await rows(
      ctx.tx,
      sql`select m.id, m.text, m.sent_by_name, m.sent_at, r.delivered_at, r.seen_at
          from public.room_message_recipient r
            join public.room_message m on m.id = r.message_id and m.college_id = r.college_id
          where r.user_id = ${seat.user_id} and r.exam_id = ${exam.id} and r.college_id = ${exam.college_id}
          order by m.id desc
          limit 50`,
      z.object({
        id: z.string(),
        text: z.string(),
        sent_by_name: z.string(),
        sent_at: z.date(),
        delivered_at: z.date().nullable(),
        seen_at: z.date().nullable(),
      }),
    );
    const events = await rows(
      ctx.tx,
      sql`select e.seq, e.at, e.kind, e.attempt_id, e.actor_name, e.details, ${seat.name}::text as student
          from public.room_event e
          where e.attempt_id = ${seat.attempt_id} and e.college_id = ${exam.college_id}
          order by e.seq desc
          limit 100`,
      roomEvent,
    );
    return { exam, now: ctx.clock.now(), seat, signals, messages, events };
  },
});
