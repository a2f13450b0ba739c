import { Invalid } from "~/platform/errors.ts";
import type { Seat } from "./neighbours.ts";

/** One line of a seating plan as it was read: who, by roll number, and where. */
export type PlannedSeat = Seat & { rollNo: string; line: number };

const MOST_SEAT = 500;

/** A row or column: a number, or a letter as halls paint it on the floor (A is 1). */
export function placeNumber(text: string): number | null {
  const typed = text.trim();
  const number = /^[A-Za-z]$/.test(typed) ? typed.toUpperCase().charCodeAt(0) - 64 : /^\d{1,3}$/.test(typed) ? Number(typed) : 0;
  return number >= 1 && number <= MOST_SEAT ? number : null;
}

const COLUMNS = ["roll_no", "room", "row", "column"] as const;
const plain = (text: string) => text.toLowerCase().replaceAll(/[^a-z]/g, "");

/** Takes the four columns by their names, in any order; every faulty line is named. */
export function planOf(parsed: { header: string[]; lines: { line: number; cells: string[] }[] }): PlannedSeat[] {
  const at = COLUMNS.map((column) => parsed.header.findIndex((name) => plain(name) === plain(column)));
  const missing = COLUMNS.filter((_, index) => at[index] === -1);
  if (missing.length > 0)
    throw new Invalid(`The first line must name the columns roll_no, room, row, column: ${missing.join(", ")} is missing`, {
      file: [`No column ${missing.join(", ")}`],
    });
  const faults: string[] = [];
  const plan = parsed.lines.flatMap(({ line, cells }): PlannedSeat[] => {
    const [rollNo, room, row, column] = at.map((index) => (cells[index] ?? "").trim()) as [string, string, string, string];
    const seat = { row: placeNumber(row), column: placeNumber(column) };
    if (!rollNo) faults.push(`line ${line}: no roll number`);
    else if (!room || room.length > 60) faults.push(`line ${line}: name the room, in at most 60 characters`);
    else if (seat.row === null || seat.column === null)
      faults.push(`line ${line}: row and column are numbers from 1 to ${MOST_SEAT}, or one letter`);
    else return [{ rollNo, room, row: seat.row, column: seat.column, line }];
    return [];
  });
  faults.push(...twice(plan, (seat) => seat.rollNo, "has two seats"));
  faults.push(...twice(plan, (seat) => `${seat.room}, row ${seat.row}, column ${seat.column}`, "is given twice"));
  refuse(faults);
  return plan;
}

function twice(plan: PlannedSeat[], of: (seat: PlannedSeat) => string, says: string): string[] {
  const first = new Map<string, number>();
  return plan.flatMap((seat) => {
    const known = first.get(of(seat));
    if (known === undefined) first.set(of(seat), seat.line);
    return known === undefined ? [] : [`line ${seat.line}: ${of(seat)} ${says} (see line ${known})`];
  });
}

const SHOWN = 8;

export function refuse(faults: string[]): void {
  if (faults.length === 0) return;
  const more = faults.length > SHOWN ? `; and ${faults.length - SHOWN} more` : "";
  throw new Invalid(`Nothing was imported. Correct and import again: ${faults.slice(0, SHOWN).join("; ")}${more}`, {
    file: faults.slice(0, SHOWN),
  });
}
