import { clockTime } from "~/platform/format.ts";
import { dayAfter, dayIn, startOfDay } from "~/platform/zone.ts";
import { at, movesNeeded, totalOver, type Line, type Sitting, type Verdict } from "./model.ts";
import type { ExamAhead } from "./readiness.server.ts";

export type DayAhead = {
  day: string;
  exams: number;
  students: number;
  peak: number;
  connections: number;
  commits: number;
  written: number;
  /** Bytes of WAL that the whole day writes. */
  wal: number;
  verdict: Verdict;
  says: string;
  /** When its verdict changed, or is about to. */
  note: string | null;
};

type Given = {
  exams: ExamAhead[];
  sittings: Sitting[];
  steps: { t: number; sitting: number }[];
  lines: { commits: Line; written: Line; wal: Line };
  /** Most students at once that stay below four fifths of every limit. */
  most: number;
  freeDisk: number | null;
  /** Whose days these are: the reader's. */
  zone: string;
};

const ORDER: Verdict[] = ["HOLDS", "AT_RISK", "WILL_NOT_HOLD"];
const worst = (list: Verdict[]): Verdict =>
  list.reduce((a, b) => (ORDER.indexOf(b) > ORDER.indexOf(a) ? b : a), "HOLDS" as Verdict);

const people = (n: number) => n.toLocaleString("en-GB");
const gigabytes = (n: number) => `${(n / 1e9).toFixed(n < 1e10 ? 1 : 0)} GB`;
const exams = (n: number) => `${n} ${n === 1 ? "exam" : "exams"}`;

const RAISE = {
  connections: "raise the connections",
  cores: "add cores, or a standby for the reads",
} as const;

/** Those of other tenants are counted, and never named: whoever sees one tenant is told what they can move. */
const othersIn = (given: Given) => given.sittings.some((sitting) => !given.exams.some((exam) => exam.id === sitting.id));
function ofYours(moved: readonly string[], given: Given): string {
  if (!othersIn(given)) return "";
  const mine = moved.filter((id) => given.exams.some((exam) => exam.id === id)).length;
  return `, ${mine === 0 ? "none" : mine === moved.length ? "all" : mine} of yours,`;
}

/** What would make a crowded moment hold: exams to move, or more of what is short. */
function remedy(crowded: ExamAhead, given: Given): string {
  const more = [...new Set(crowded.short)].map((one) => RAISE[one]).join(", and ");
  const raise = more.charAt(0).toUpperCase() + more.slice(1);
  if (!Number.isFinite(given.most)) return raise && ` ${raise}.`;
  for (const minutes of [20, 120]) {
    const moved = movesNeeded(given.sittings, crowded.start.getTime(), given.most, minutes);
    if (moved && moved.length > 0)
      return ` Move ${exams(moved.length)}${ofYours(moved, given)} by ${minutes} minutes, or ${more}.`;
  }
  return ` ${raise}; moving exams alone does not help.`;
}

/** One sentence a day: what is there, whether it holds, and what would make it hold. */
export function daysOf(given: Given): DayAhead[] {
  const days = new Map<string, ExamAhead[]>();
  for (const exam of given.exams) {
    const day = dayIn(exam.start, given.zone);
    days.set(day, [...(days.get(day) ?? []), exam]);
  }
  return [...days].map(([day, list]) => {
    const crowded = list.reduce((a, b) => (b.peak > a.peak ? b : a));
    const slot = list.filter((exam) => exam.start.getTime() === crowded.start.getTime());
    const wal = totalOver(given.lines.wal, given.steps, startOfDay(day, given.zone), startOfDay(dayAfter(day), given.zone));
    const full = given.freeDisk !== null && wal > 0.5 * given.freeDisk;
    const disk: Verdict = !full ? "HOLDS" : wal > given.freeDisk! ? "WILL_NOT_HOLD" : "AT_RISK";
    const verdict = worst([disk, ...list.map((exam) => exam.verdict)]);
    const students = list.reduce((sum, exam) => sum + exam.expected, 0);
    const [yours, over] = othersIn(given) ? [" of yours", " over all tenants"] : ["", ""];
    let says = `${exams(list.length)}${yours}, ${people(students)} students; at most ${people(crowded.peak)} at once${over}.`;
    if (crowded.reasons.length > 0)
      says = `${clockTime(crowded.start, given.zone)}: ${exams(slot.length)}${yours}, ${people(crowded.peak)} students at once${over}, ${crowded.reasons.join(", ")}: ${crowded.verdict === "AT_RISK" ? "at risk" : "will not hold"}.${remedy(crowded, given)}`;
    if (full) says += ` The day writes ${gigabytes(wal)} of WAL; ${gigabytes(given.freeDisk!)} of disk are free.`;
    return {
      day,
      exams: list.length,
      students,
      peak: crowded.peak,
      connections: crowded.connections,
      commits: at(given.lines.commits, crowded.peak),
      written: at(given.lines.written, crowded.peak),
      wal,
      verdict,
      says,
      note: crowded.note ?? list.find((exam) => exam.note)?.note ?? null,
    };
  });
}
