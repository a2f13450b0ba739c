import { useCallback, useState, type KeyboardEvent, type ReactNode } from "react";
import { useBeforeUnload } from "@remix-run/react";
import { KEY_OF, LABEL_OF, STATUSES, type Session, type Status } from "~/domains/academics/attendance/marks.ts";
import { count, plural } from "~/platform/format.ts";
import { Button, Form, Submit } from "~/ui/form/form.tsx";
import { Panel } from "~/ui/layout/panel.tsx";
import { focusCell, MOVES } from "./grid-focus.ts";
import { RegisterRow } from "./register-row.tsx";
import { seenOf, type Student } from "./register-seen.ts";

type Marks = Record<string, Status | "">;

const cellOf = (userId: string, session: Session) => `${userId}:${session}`;

const SESSION_LABEL: Record<Session, string> = { AM: "Morning", PM: "Afternoon", FULL: "Day" };

type Props = { date: string; title: string; aside: ReactNode; sessions: Session[]; students: Student[]; manage: boolean };

/** A class's day at the keyboard. It works with the mouse, and before JavaScript arrives, as a form of choices. */
export function RegisterGrid({ date, title, aside, sessions, students, manage }: Props) {
  const cells = students.flatMap((student) => sessions.map((session) => [student, session] as const));
  const [marks, setMarks] = useState<Marks>(() =>
    Object.fromEntries(cells.map(([student, session]) => [cellOf(student.id, session), seenOf(student, session).status])),
  );
  const set = (cell: string, status: Status | "") => setMarks((before) => ({ ...before, [cell]: status }));
  const open = cells.filter(([student, session]) => marks[cellOf(student.id, session)] === "").length;
  const changed = cells.filter(([student, session]) => marks[cellOf(student.id, session)] !== seenOf(student, session).status);

  const dirty = changed.length > 0;
  useBeforeUnload(useCallback((event) => dirty && event.preventDefault(), [dirty]));

  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    const target = event.target as HTMLElement;
    const at = target.dataset["cell"];
    if (!at || event.ctrlKey || event.metaKey || event.altKey) return;
    const [row, column] = at.split(":").map(Number) as [number, number];
    const cell = cellOf(students[row]!.id, sessions[column]!);
    const status = STATUSES.find((name) => KEY_OF[name] === event.key.toUpperCase());
    const move = MOVES[event.key];
    if (status) set(cell, status);
    else if (event.key === "Delete" || event.key === "Backspace") set(cell, "");
    else if (!move) return;
    event.preventDefault();
    const [down, right] = move ?? [status ? 1 : 0, 0];
    focusCell(target, row + down, column + right);
  };

  return (
    <Form className="flex flex-col gap-3">
      <input type="hidden" name="date" value={date} />
      <Panel title={title} aside={aside} flush>
        <table className="rows" onKeyDown={onKeyDown}>
          <thead>
            <tr>
              <th>Student</th>
              {sessions.map((session) => (
                <th key={session}>{SESSION_LABEL[session]}</th>
              ))}
              <th className="max-sm:hidden">Reason</th>
            </tr>
          </thead>
          <tbody>
            {students.map((student, row) => (
              <RegisterRow
                key={student.id}
                student={student}
                row={row}
                sessions={sessions}
                manage={manage}
                markOf={(session) => marks[cellOf(student.id, session)] ?? ""}
                onMark={(session, status) => set(cellOf(student.id, session), status)}
              />
            ))}
          </tbody>
        </table>
      </Panel>
      <footer className="panel sticky bottom-16 z-10 flex flex-wrap items-center gap-x-4 gap-y-2 px-3.5 py-2.5 md:bottom-3">
        <p className="flex flex-wrap gap-x-3 text-muted">
          {STATUSES.map((status) => (
            <span key={status} className="whitespace-nowrap">
              {LABEL_OF[status]} {count(Object.values(marks).filter((mark) => mark === status).length)}
            </span>
          ))}
          <span className="whitespace-nowrap">Not entered {count(open)}</span>
        </p>
        {manage && (
          <div className="ml-auto flex flex-wrap items-center gap-2">
            <Button
              disabled={open === 0}
              onClick={() =>
                setMarks((before) => Object.fromEntries(Object.entries(before).map(([cell, mark]) => [cell, mark || "PRESENT"])))
              }
            >
              Mark the rest present
            </Button>
            <Submit busy="Saving…">{changed.length > 0 ? `Save ${plural(changed.length, "mark")}` : "Save"}</Submit>
          </div>
        )}
      </footer>
    </Form>
  );
}
