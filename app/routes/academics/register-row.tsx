import { KEY_OF, LABEL_OF, STATUSES, type Session, type Status } from "~/domains/academics/attendance/marks.ts";
import { seenOf, type Student } from "./register-seen.ts";
import { StudentCell } from "./student-cell.tsx";

const TONES: Record<Status | "", string> = {
  "": "text-muted",
  PRESENT: "text-ok",
  ABSENT: "text-bad",
  LATE: "text-warn",
  EXCUSED: "text-ink",
};

type Props = {
  student: Student;
  row: number;
  sessions: Session[];
  manage: boolean;
  markOf(session: Session): Status | "";
  onMark(session: Session, status: Status | ""): void;
};

export function RegisterRow({ student, row, sessions, manage, markOf, onMark }: Props) {
  const reason = student.marks.find((mark) => mark.reason)?.reason ?? "";
  return (
    <tr>
      <StudentCell student={student} />
      {sessions.map((session, column) => (
        <td key={session}>
          <input type="hidden" name={`seen:${student.id}:${session}`} value={JSON.stringify(seenOf(student, session))} />
          <select
            className={`input !w-auto max-sm:!w-[78px] ${TONES[markOf(session)]}`}
            name={`status:${student.id}:${session}`}
            aria-label={`${student.name}, ${session}`}
            data-cell={`${row}:${column}`}
            disabled={!manage}
            value={markOf(session)}
            onChange={(event) => onMark(session, event.target.value as Status | "")}
          >
            <option value="">–</option>
            {STATUSES.map((status) => (
              <option key={status} value={status}>
                {KEY_OF[status]} · {LABEL_OF[status]}
              </option>
            ))}
          </select>
        </td>
      ))}
      <td className="max-sm:hidden">
        <input type="hidden" name={`seen-reason:${student.id}`} value={reason} />
        <input
          className="input"
          name={`reason:${student.id}`}
          aria-label={`Reason, ${student.name}`}
          defaultValue={reason}
          maxLength={500}
          disabled={!manage}
        />
      </td>
    </tr>
  );
}
