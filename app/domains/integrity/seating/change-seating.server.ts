import { z } from "zod";
import { mutation, record } from "~/access/verb.server.ts";
import type { TxCtx } from "~/db/ctx.ts";
import { execute, firstRow, rows } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { lockExam, type ExamRow } from "~/domains/exams/exam-row.server.ts";
import { Invalid, NotFound } from "~/platform/errors.ts";
import { newId } from "~/platform/ids.ts";
import { parseCsv } from "~/resources/import-file.ts";
import { placeNumber, planOf, refuse, type PlannedSeat } from "./plan.ts";

/** The people of these roll numbers who are of this exam's class, or have sat it. */
async function studentsOf(ctx: TxCtx, exam: ExamRow, rollNumbers: string[]): Promise<Map<string, string>> {
  const found = await rows(
    ctx.tx,
    sql`select u.id, u.roll_no
        from public."user" u
        where u.college_id = ${exam.college_id}
          and u.roll_no = any(${rollNumbers}::text[])
          and u.deleted_at is null
          and (
            exists (
                select 1
                from public.enrollment n
                where n.user_id = u.id and n.college_id = u.college_id and n.class_id = ${exam.class_id}
              )
              or exists (
                select 1
                from public.student_exam_attempt a
                where a.user_id = u.id and a.college_id = u.college_id and a.exam_id = ${exam.id}
              )
          )`,
    z.object({ id: z.string(), roll_no: z.string() }),
  );
  return new Map(found.map((row) => [row.roll_no, row.id]));
}

/** After the exam, whoever sat beside whom changes what its analysis says: it is made again. */
const changed = (ctx: TxCtx, exam: ExamRow) =>
  execute(
    ctx.tx,
    sql`update public.exam
        set updated_at = ${ctx.clock.now()}
        where id = ${exam.id} and college_id = ${exam.college_id}`,
  );

async function write(ctx: TxCtx, exam: ExamRow, seats: (PlannedSeat & { userId: string })[]): Promise<void> {
  const now = ctx.clock.now();
  await execute(
    ctx.tx,
    sql`insert into public.exam_seat (
          id, college_id, exam_id, user_id, room, seat_row, seat_column, created_at, updated_at
        )
        select v.id, ${exam.college_id}, ${exam.id}, v.user_id, v.room, v.seat_row, v.seat_column, ${now}, ${now}
        from unnest(
          ${seats.map(() => newId(now.getTime()))}::uuid[], ${seats.map((seat) => seat.userId)}::uuid[],
          ${seats.map((seat) => seat.room)}::text[], ${seats.map((seat) => seat.row)}::int[],
          ${seats.map((seat) => seat.column)}::int[]
        ) v (id, user_id, room, seat_row, seat_column)`,
  );
}

/** The whole plan from a file: it takes the place of the one there was, or nothing changes. */
export const importSeating = mutation({
  name: "exam.import_seating",
  permission: "exams.operate",
  input: z.object({ examId: z.uuid(), csv: z.string().min(1, "Choose a file").max(2_000_000, "At most 2 MB") }),
  async run({ ctx, input }) {
    const plan = planOf(await parseCsv(Buffer.from(input.csv)));
    const exam = await lockExam(ctx, input.examId);
    const students = await studentsOf(
      ctx,
      exam,
      plan.map((seat) => seat.rollNo),
    );
    refuse(
      plan
        .filter((seat) => !students.has(seat.rollNo))
        .map((seat) => `line ${seat.line}: no student of this exam has the roll number ${seat.rollNo}`),
    );
    const before = await execute(
      ctx.tx,
      sql`delete from public.exam_seat where exam_id = ${exam.id} and college_id = ${exam.college_id}`,
    );
    await write(
      ctx,
      exam,
      plan.map((seat) => ({ ...seat, userId: students.get(seat.rollNo)! })),
    );
    await changed(ctx, exam);
    await record(ctx, {
      action: "exam.import_seating",
      resource: "exam",
      resourceId: exam.id,
      collegeId: exam.college_id,
      before: { seats: before },
      after: { seats: plan.length },
    });
    return { seats: plan.length };
  },
});

const place = (what: string) =>
  z.string().transform((text, context) => {
    const number = placeNumber(text);
    if (number === null) context.addIssue({ code: "custom", message: `The ${what} is a number from 1 to 500, or one letter` });
    return number ?? 0;
  });

/** One person's seat, given or changed. Who sat there must be given another first. */
export const placeSeat = mutation({
  name: "exam.place_seat",
  permission: "exams.operate",
  input: z.object({
    examId: z.uuid(),
    rollNo: z.string().trim().min(1, "Enter a roll number").max(60),
    room: z.string().trim().min(1, "Name the room").max(60, "At most 60 characters"),
    row: place("row"),
    column: place("column"),
  }),
  async run({ ctx, input }) {
    const exam = await lockExam(ctx, input.examId);
    const userId = (await studentsOf(ctx, exam, [input.rollNo])).get(input.rollNo);
    if (!userId)
      throw new Invalid("No student of this exam has this roll number", {
        rollNo: ["No student of this exam has this roll number"],
      });
    const seated = await firstRow(
      ctx.tx,
      sql`select user_id from public.exam_seat
          where exam_id = ${exam.id} and college_id = ${exam.college_id} and room = ${input.room}
            and seat_row = ${input.row} and seat_column = ${input.column} and user_id <> ${userId}`,
      z.object({ user_id: z.string() }),
    );
    if (seated) throw new Invalid("Someone else has this seat: give them another first", { column: ["This seat is taken"] });
    await execute(
      ctx.tx,
      sql`delete from public.exam_seat
          where exam_id = ${exam.id} and college_id = ${exam.college_id} and user_id = ${userId}`,
    );
    await write(ctx, exam, [{ rollNo: input.rollNo, room: input.room, row: input.row, column: input.column, line: 1, userId }]);
    await changed(ctx, exam);
    await record(ctx, {
      action: "exam.place_seat",
      resource: "exam",
      resourceId: exam.id,
      collegeId: exam.college_id,
      details: { user: userId, room: input.room, row: input.row, column: input.column },
    });
  },
});

export const removeSeat = mutation({
  name: "exam.remove_seat",
  permission: "exams.operate",
  input: z.object({ examId: z.uuid(), seatId: z.uuid() }),
  async run({ ctx, input }) {
    const exam = await lockExam(ctx, input.examId);
    const gone = await firstRow(
      ctx.tx,
      sql`delete from public.exam_seat
          where id = ${input.seatId} and exam_id = ${exam.id} and college_id = ${exam.college_id}
          returning user_id, room, seat_row as row, seat_column as column`,
      z.object({ user_id: z.string(), room: z.string(), row: z.number(), column: z.number() }),
    );
    if (!gone) throw new NotFound("Seat not found");
    await changed(ctx, exam);
    await record(ctx, {
      action: "exam.remove_seat",
      resource: "exam",
      resourceId: exam.id,
      collegeId: exam.college_id,
      before: { user: gone.user_id, room: gone.room, row: gone.row, column: gone.column },
    });
  },
});
