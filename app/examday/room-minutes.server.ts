import type { Ctx } from "~/db/ctx.ts";
import { roomMinutes } from "~/domains/exams/room/minutes.server.ts";
import { minutesLines, type MinutesLine } from "~/domains/exams/room/minutes.ts";
import { incidentsDuring } from "./incidents-during.server.ts";

/** What happened in the room and, where it fell into the exam, to the database beneath it: one line of time. */
export async function minutesOf(ctx: Ctx, examId: string) {
  const { exam, events, more } = await roomMinutes({ ctx, input: { examId } });
  const incidents = await incidentsDuring({ ctx, input: { examId } });
  const line = (at: Date, says: string): MinutesLine => ({
    at,
    kind: "INCIDENT",
    who: "Database",
    says,
    students: [],
    note: null,
  });
  const lines = [
    ...minutesLines(events),
    ...incidents.flatMap(({ number, title, from_at, to_at }) => [
      line(from_at, `Incident ${number} began: ${title}`),
      ...(to_at ? [line(to_at, `Incident ${number} ended`)] : []),
    ]),
  ].sort((a, b) => a.at.getTime() - b.at.getTime());
  return { exam, lines, more };
}
