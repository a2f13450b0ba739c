import { SESSIONS, STATUSES, type Session, type Status } from "../../domains/academics/attendance/marks.ts";

export type Cell = { userId: string; session: Session; status: Status | ""; reason: string; version: string };
/** What stood in a cell when the page was made: sent along, so that only what was changed is saved. */
export type Seen = { status: Status | ""; reason: string; version: string };

export const NOTHING_SEEN: Seen = { status: "", reason: "", version: "" };

const isSession = (text: string): text is Session => (SESSIONS as readonly string[]).includes(text);
const isStatus = (text: string): text is Status => (STATUSES as readonly string[]).includes(text);

function seenIn(text: string | undefined): Seen {
  try {
    const { status, reason, version } = JSON.parse(text ?? "") as Record<string, unknown>;
    return { status: isStatus(String(status)) ? (status as Status) : "", reason: String(reason), version: String(version) };
  } catch {
    return NOTHING_SEEN;
  }
}

/** A row has one reason, for all of its marks but those of someone who was there. */
function reasonOf(status: Status | "", seen: Seen, row: { reason: string; seen: string }): string {
  if (status === seen.status && row.reason === row.seen) return seen.reason;
  return status === "PRESENT" || status === "" ? "" : row.reason;
}

/** The cells of the grid that were changed, from the fields of its form. */
export function changedCells(values: Readonly<Record<string, string>>): Cell[] {
  const cells: Cell[] = [];
  for (const [name, value] of Object.entries(values)) {
    const [field, userId, session] = name.split(":");
    if (field !== "status" || !userId || !session || !isSession(session)) continue;
    const status = isStatus(value) ? value : "";
    const seen = seenIn(values[`seen:${userId}:${session}`]);
    const row = { reason: (values[`reason:${userId}`] ?? "").trim(), seen: values[`seen-reason:${userId}`] ?? "" };
    const reason = reasonOf(status, seen, row);
    if (status !== seen.status || reason !== seen.reason) cells.push({ userId, session, status, reason, version: seen.version });
  }
  return cells;
}
