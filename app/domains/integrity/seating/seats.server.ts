import { z } from "zod";
import { read } from "~/access/verb.server.ts";
import type { TxCtx } from "~/db/ctx.ts";
import { rows } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { findExam } from "~/domains/exams/exam-row.server.ts";
import type { Seat } from "./neighbours.ts";

const seatRow = z.object({ user_id: z.string(), room: z.string(), row: z.number(), column: z.number() });

/** Where each person sits, as the analysis takes it. */
export async function seatsOf(ctx: TxCtx, exam: { id: string; college_id: string }): Promise<Record<string, Seat>> {
  const found = await rows(
    ctx.tx,
    sql`select user_id, room, seat_row as row, seat_column as column
        from public.exam_seat
        where exam_id = ${exam.id} and college_id = ${exam.college_id}`,
    seatRow,
  );
  return Object.fromEntries(found.map(({ user_id, ...seat }) => [user_id, seat]));
}

/** The plan of one exam, room by room. */
export const examSeating = read({
  name: "exam.seating",
  permission: "exams.live",
  on: "primary",
  input: z.object({ examId: z.uuid() }),
  async run({ ctx, input }) {
    const exam = await findExam(ctx, input.examId);
    const seats = await rows(
      ctx.tx,
      sql`select s.id, s.room, s.seat_row as row, s.seat_column as column, u.name, u.roll_no
          from public.exam_seat s
            join public."user" u on u.id = s.user_id and u.college_id = s.college_id
          where s.exam_id = ${exam.id} and s.college_id = ${exam.college_id}
          order by s.room, s.seat_row, s.seat_column
          limit 20000`,
      z.object({
        id: z.string(),
        room: z.string(),
        row: z.number(),
        column: z.number(),
        name: z.string(),
        roll_no: z.string().nullable(),
      }),
    );
    return { exam, seats };
  },
});
