import { z } from "zod";
import { read } from "~/access/verb.server.ts";
import { rows } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { findExam } from "../exam-row.server.ts";

const handRow = z.object({
  id: z.string(),
  attempt_id: z.string(),
  name: z.string(),
  roll_no: z.string().nullable(),
  kind: z.enum(["HAND", "PROBLEM"]),
  text: z.string().nullable(),
  raised_at: z.date(),
});

const messageRow = z.object({
  id: z.string(),
  text: z.string(),
  audience: z.enum(["EVERYONE", "FILTER", "SELECTION"]),
  audience_filter: z.string().nullable(),
  sent_by_name: z.string(),
  sent_at: z.date(),
  recipients: z.number(),
  delivered: z.number(),
  seen: z.number(),
  only: z.string().nullable(),
});

/** What stands on top of a live board: who asks for help, and how far each message has come. */
export const liveRoom = read({
  name: "exam.live_room",
  permission: "exams.live",
  on: "primary",
  input: z.object({ examId: z.uuid() }),
  async run({ ctx, input }) {
    const exam = await findExam(ctx, input.examId);
    const hands = await rows(
      ctx.tx,
      sql`select h.id, h.attempt_id, u.name, u.roll_no, h.kind, h.text, h.raised_at
          from public.room_hand h
            join public.student_exam_attempt a on a.id = h.attempt_id and a.college_id = h.college_id
            join public."user" u on u.id = a.user_id and u.college_id = a.college_id
          where h.exam_id = ${exam.id} and h.college_id = ${exam.college_id} and h.state = 'OPEN'
          order by h.raised_at, h.id
          limit 200`,
      handRow,
    );
    const messages = await rows(
      ctx.tx,
      sql`select m.id, m.text, m.audience, m.audience_filter, m.sent_by_name, m.sent_at, m.recipients, r.delivered,
                 r.seen,
                 case
                   when m.recipients = 1 then (
                     select u.name
                     from public.room_message_recipient o
                       join public."user" u on u.id = o.user_id and u.college_id = o.college_id
                     where o.message_id = m.id and o.college_id = m.college_id
                     limit 1
                   )
                 end as only
          from public.room_message m
            cross join lateral (
              select count(x.delivered_at)::int as delivered, count(x.seen_at)::int as seen
              from public.room_message_recipient x
              where x.message_id = m.id and x.college_id = m.college_id
            ) r
          where m.exam_id = ${exam.id} and m.college_id = ${exam.college_id}
          order by m.id desc
          limit 20`,
      messageRow,
    );
    return { hands, messages };
  },
});
