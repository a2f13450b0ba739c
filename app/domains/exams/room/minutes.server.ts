import { z } from "zod";
import { read } from "~/access/verb.server.ts";
import { rows } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { findExam } from "../exam-row.server.ts";
import { roomEvent } from "./room-event.ts";

/** More than any room has in a day; the page says when there are more. */
const MOST = 20_000;

/** All that happened in an exam's room, in its order, with the students' names: for those who may watch the room. */
export const roomMinutes = read({
  name: "exam.minutes",
  permission: "exams.live",
  input: z.object({ examId: z.uuid() }),
  async run({ ctx, input }) {
    const exam = await findExam(ctx, input.examId);
    const events = await rows(
      ctx.tx,
      sql`select e.seq, e.at, e.kind, e.attempt_id, e.actor_name, e.details, u.name as student
          from public.room_event e
            left join public.student_exam_attempt a on a.id = e.attempt_id and a.college_id = e.college_id
            left join public."user" u on u.id = a.user_id and u.college_id = a.college_id
          where e.exam_id = ${exam.id} and e.college_id = ${exam.college_id}
          order by e.seq
          limit ${MOST + 1}`,
      roomEvent,
    );
    return { exam, events: events.slice(0, MOST), more: events.length > MOST };
  },
});
