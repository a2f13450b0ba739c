import { Link } from "@remix-run/react";
import { decimal } from "~/platform/format.ts";
import { Panel } from "~/ui/layout/panel.tsx";

type Props = {
  subjects: { id: string; name: string }[];
  students: { id: string; name: string; averages: Record<string, { average: number; grades: number } | undefined> }[];
};

export function StudentAverages({ subjects, students }: Props) {
  return (
    <Panel title="Students" flush>
      <div className="overflow-x-auto" tabIndex={0} role="group" aria-label="Averages of students">
        <table className="rows">
          <thead>
            <tr>
              <th>Student</th>
              {subjects.map((row) => (
                <th key={row.id} className="num">
                  {row.name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {students.map((student) => (
              <tr key={student.id}>
                <td className="max-sm:max-w-[140px] max-sm:truncate">
                  <Link to={`/people/${student.id}`} className="font-[560] hover:underline">
                    {student.name}
                  </Link>
                </td>
                {subjects.map((row) => {
                  const found = student.averages[row.id];
                  return (
                    <td key={row.id} className="num">
                      {found ? `${decimal(found.average, 2)} (${found.grades})` : "–"}
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Panel>
  );
}
