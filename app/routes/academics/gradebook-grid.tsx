import { useCallback, useState, type KeyboardEvent } from "react";
import { Link, useBeforeUnload } from "@remix-run/react";
import { writtenScore } from "~/domains/academics/grades/score.ts";
import { decimal } from "~/platform/format.ts";
import { Form, Submit } from "~/ui/form/form.tsx";
import { Panel } from "~/ui/layout/panel.tsx";
import { GradeCell } from "./grade-cell.tsx";
import { ColumnHeads } from "./column-heads.tsx";
import { focusCell } from "./grid-focus.ts";
import { StudentCell } from "./student-cell.tsx";

export type Column = { component: string; date: string };
export type ExamColumn = { id: string; title: string; percentages: Record<string, number> };
type Student = {
  id: string;
  name: string;
  roll_no: string | null;
  others: number;
  grades: { component: string; score: number; version: string }[];
};

type Props = {
  columns: Column[];
  exams: ExamColumn[];
  students: Student[];
  subjectId: string;
  semesterId: string;
  manage: boolean;
};

/** A class's grades at the keyboard: a column for each test, a row for each student. Before JavaScript arrives it is a form of fields. */
export function GradeBookGrid({ columns, exams, students, subjectId, semesterId, manage }: Props) {
  const [dirty, setDirty] = useState(false);
  useBeforeUnload(useCallback((event) => dirty && event.preventDefault(), [dirty]));

  // Left and right stay with the text of the field; Tab goes on in the row.
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    const target = event.target as HTMLElement;
    const at = target.dataset["cell"];
    const down = { ArrowUp: -1, ArrowDown: 1, Enter: 1 }[event.key];
    if (!at || !down || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const [row, column] = at.split(":").map(Number) as [number, number];
    focusCell(target, row + down, column);
  };
  const others = students.some((student) => student.others > 0);

  return (
    <Form about={{ subject: subjectId, semester: semesterId }} className="flex flex-col gap-3">
      <Panel flush>
        <div className="overflow-x-auto">
          <table className="rows" onKeyDown={onKeyDown} onInput={() => setDirty(true)}>
            <thead>
              <tr>
                <th>Student</th>
                <ColumnHeads columns={columns} manage={manage} />
                {exams.map((exam) => (
                  <th key={exam.id} className="num !whitespace-normal align-bottom">
                    <Link className="link" to={`/exams/${exam.id}`}>
                      {exam.title}
                    </Link>
                  </th>
                ))}
                {others && <th className="num align-bottom">Others</th>}
              </tr>
            </thead>
            <tbody>
              {students.map((student, row) => (
                <tr key={student.id}>
                  <StudentCell student={student} />
                  {columns.map((column, index) => {
                    const grade = student.grades.find((one) => one.component === column.component);
                    return (
                      <GradeCell
                        key={column.component}
                        name={`${student.id}:${index}`}
                        label={`${student.name}, ${column.component}`}
                        at={`${row}:${index}`}
                        seen={{ score: writtenScore(grade?.score ?? null), date: column.date, version: grade?.version ?? "" }}
                        manage={manage}
                      />
                    );
                  })}
                  {exams.map((exam) => (
                    <td key={exam.id} className="num">
                      {exam.percentages[student.id] === undefined ? "–" : decimal(exam.percentages[student.id]! / 1000, 2)}
                    </td>
                  ))}
                  {others && <td className="num">{student.others || "–"}</td>}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </Panel>
      {manage && columns.length > 0 && (
        <footer className="panel sticky bottom-16 z-10 flex flex-wrap items-center gap-x-4 gap-y-2 px-3.5 py-2.5 md:bottom-3">
          <p className="text-muted">0 to 10, with up to two decimals. Enter and the arrows go up and down.</p>
          <div className="ml-auto">
            <Submit busy="Saving…">Save grades</Submit>
          </div>
        </footer>
      )}
    </Form>
  );
}
