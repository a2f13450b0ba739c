import { z } from "zod";
import { read } from "~/access/verb.server.ts";
import { classOnDay, marksOn, rosterOn } from "./day.server.ts";
import { DAY_PARTS, dayPartOf, type DayPart } from "./marks.ts";

/** The register of a class on a day: who was in it, and what is entered. How the day is divided follows from what is entered. */
export const classRegister = read({
  name: "attendance.register",
  permission: "platform.read",
  on: "primary",
  input: z.object({ classId: z.uuid(), date: z.iso.date().optional(), parts: z.enum(["halves", "whole"]).optional() }),
  async run({ ctx, input }) {
    const { today, ...found } = await classOnDay(ctx, input.classId, "");
    const date = input.date ?? today;
    await classOnDay(ctx, input.classId, date);
    const marks = await marksOn(ctx, found.id, date);
    const roster = await rosterOn(ctx, found.id, date, found.time_zone);
    // Who was marked and is no longer in the class stays in sight.
    const known = new Set(roster.map((student) => student.id));
    const others = new Map(
      marks
        .filter((mark) => !known.has(mark.user_id))
        .map((mark) => [mark.user_id, { id: mark.user_id, name: mark.name, roll_no: null }]),
    );
    const fixed: DayPart | null = marks[0] ? dayPartOf(marks[0].session) : null;
    const parts = fixed ?? input.parts ?? "halves";
    return {
      class: found,
      date,
      today,
      parts,
      fixed: fixed !== null,
      sessions: [...DAY_PARTS[parts]],
      students: [...roster, ...others.values()].map((student) => ({
        ...student,
        marks: marks.filter((mark) => mark.user_id === student.id),
      })),
    };
  },
});
