import { plural, seconds } from "~/platform/format.ts";
import type { RoomEvent } from "./room-event.ts";

export type MinutesLine = { at: Date; kind: string; who: string; says: string; students: string[]; note: string | null };

/** Things of one kind by one person within this are one act: forty students paused are one line. */
const TOGETHER_MS = 2000;

const text = (value: unknown): string => (typeof value === "string" ? value : "");
const number = (value: unknown): number => (typeof value === "number" ? value : 0);

const minutesOf = (given: number) => (given % 60 === 0 ? plural(given / 60, "minute") : seconds(given));

function timeGiven(given: number): string {
  return given >= 0 ? `${minutesOf(given)} more` : `${minutesOf(-given)} less`;
}

const SAYS: Record<string, (event: RoomEvent, whom: string) => string> = {
  OPENED: () => "The exam opened",
  CLOSED: () => "The exam closed",
  CANCELLED: () => "The exam was cancelled",
  STARTED: (_, whom) => `${whom} started`,
  SUBMITTED: (_, whom) => `${whom} submitted`,
  FORCE_SUBMITTED: (_, whom) => `${whom} was ended by force submit`,
  EXPIRED: (_, whom) => `Time ran out for ${whom}`,
  PAUSED: (_, whom) => `Paused ${whom}`,
  LOCKED: (_, whom) => `Locked ${whom}`,
  RESUMED: (event, whom) => `Resumed ${whom}: ${seconds(number(event.details["pausedSeconds"]))} given back`,
  TIME: (event, whom) => `Gave ${whom} ${timeGiven(number(event.details["seconds"]))}`,
  MESSAGE: (event) => `Message to ${audience(event.details)}`,
  RAISED: (event, whom) => (event.details["kind"] === "PROBLEM" ? `${whom} reported a problem` : `${whom} raised a hand`),
  LOWERED: (_, whom) => `${whom} lowered the hand`,
  ANSWERED: (_, whom) => `Answered ${whom}`,
  DISMISSED: (_, whom) => `Closed the hand of ${whom}`,
  HANDOVER: () => "Handover",
};

function audience(details: Record<string, unknown>): string {
  const recipients = plural(number(details["recipients"]), "student");
  if (details["audience"] === "EVERYONE") return `everyone (${recipients})`;
  if (details["audience"] === "FILTER") return `all in state ${text(details["filter"])} (${recipients})`;
  return recipients;
}

const noteOf = ({ kind, details }: RoomEvent): string | null =>
  text(details[kind === "ANSWERED" ? "answer" : kind === "HANDOVER" ? "note" : "text"]) || null;

/** Who acted. What no staff did, the student or the exam's clock did. */
function whoOf(event: RoomEvent): string {
  if (event.actor_name) return event.actor_name;
  if (["EXPIRED", "OPENED", "CLOSED"].includes(event.kind)) return "Exam clock";
  if (["STARTED", "SUBMITTED", "RAISED", "LOWERED"].includes(event.kind)) return event.student ?? "Student";
  return "System";
}

/** Only what a student did alone, or what carries words, stands for itself. */
const joins = (a: RoomEvent, b: RoomEvent): boolean =>
  a.kind === b.kind &&
  a.attempt_id !== null &&
  b.attempt_id !== null &&
  a.actor_name === b.actor_name &&
  noteOf(a) === null &&
  noteOf(b) === null &&
  a.details["seconds"] === b.details["seconds"] &&
  b.at.getTime() - a.at.getTime() <= TOGETHER_MS;

/** The room's events as sentences; what was done to many at once is one line that names them. */
export function minutesLines(events: readonly RoomEvent[]): MinutesLine[] {
  const groups: RoomEvent[][] = [];
  for (const event of events) {
    // The line before it says the same words.
    if (event.kind === "MESSAGE" && event.details["answersHand"]) continue;
    const group = groups.at(-1);
    if (group && joins(group.at(-1)!, event)) group.push(event);
    else groups.push([event]);
  }
  return groups.map((group) => {
    const first = group[0]!;
    const students = group.flatMap((event) => event.student ?? []);
    const whom = group.length === 1 ? (students[0] ?? "A student") : plural(group.length, "student");
    const says = SAYS[first.kind]?.(first, whom) ?? first.kind;
    const who = group.length > 1 && !first.actor_name && first.kind !== "EXPIRED" ? "Students" : whoOf(first);
    return { at: first.at, kind: first.kind, who, says, students, note: noteOf(first) };
  });
}
