import type { Session } from "../../domains/academics/attendance/marks.ts";
import { NOTHING_SEEN, type Seen } from "./register-cells.ts";

export type Student = {
  id: string;
  name: string;
  roll_no: string | null;
  marks: ({ session: Session } & Seen)[];
};

/** What of a mark goes with the form; nothing more of it. */
export function seenOf(student: Student, session: Session): Seen {
  const mark = student.marks.find((entered) => entered.session === session);
  return mark ? { status: mark.status, reason: mark.reason, version: mark.version } : NOTHING_SEEN;
}
