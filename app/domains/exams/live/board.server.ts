import { z } from "zod";
import { read } from "~/access/verb.server.ts";
import { rows } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { findExam, type ExamRow } from "../exam-row.server.ts";
import { readSeats, type Seat } from "./read-seats.server.ts";
import { SEAT_STATES, URGENCY, type SeatState } from "./seat.ts";

export type LiveBoard = {
  exam: ExamRow;
  now: Date;
  items: number;
  /** False while someone holds the answers: then nobody can be told to be idle. */
  answersKnown: boolean;
  counts: Record<SeatState, number> & { expected_total: number; started: number };
  seats: Seat[];
  /** More seats than a page shows: search narrows them. */
  more: boolean;
};

const SHOWN = 1500;

/** What each expected student is doing. Names are here because a person in the room has one; reviews never show them. */
export const liveBoard = read({
  name: "exam.live_board",
  permission: "exams.live",
  on: "primary",
  input: z.object({ examId: z.uuid(), q: z.string().trim().max(100).optional(), state: z.enum(SEAT_STATES).optional() }),
  async run({ ctx, input }): Promise<LiveBoard> {
    const exam = await findExam(ctx, input.examId);
    const now = ctx.clock.now();
    const { seats: all, answersKnown } = await readSeats(ctx, exam);
    const [{ items } = { items: 0 }] = await rows(
      ctx.tx,
      sql`select count(*)::int as items
          from public.question
          where exam_id = ${exam.id} and college_id = ${exam.college_id}`,
      z.object({ items: z.number() }),
    );
    const counts = {
      expected: 0,
      working: 0,
      idle: 0,
      offline: 0,
      paused: 0,
      locked: 0,
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
      answersKnown,
      counts,
      seats: matching.slice(0, SHOWN),
      more: matching.length > SHOWN,
    };
  },
});
