import { Link } from "@remix-run/react";
import type { Readiness } from "~/examday/readiness.server.ts";
import { count, decimal } from "~/platform/format.ts";
import { Clock } from "~/ui/time/time.tsx";
import { VerdictBadge } from "./verdict.tsx";

type Exam = Readiness["exams"][number];
type Props = {
  exams: readonly Exam[];
  usable: number | null | undefined;
  /** Where several days are listed together. */
  withDay?: boolean;
  mayOpen: boolean;
};

/** What each exam will ask of the database, and whether that is there. */
export function ExamVerdicts({ exams, usable, withDay = false, mayOpen }: Props) {
  return (
    <table className="rows">
      <thead>
        <tr>
          <th>Starts</th>
          <th>Exam</th>
          <th className="max-md:hidden">Tenant</th>
          <th className="num max-sm:hidden">Students</th>
          {withDay && <th className="num max-2xl:hidden">At once</th>}
          <th className="num max-md:hidden">Connections</th>
          <th className="num max-lg:hidden">Load</th>
          <th>Verdict</th>
        </tr>
      </thead>
      <tbody>
        {exams.map((exam) => (
          <tr key={exam.id}>
            <td>
              <Clock at={exam.start} withDay={withDay} />
            </td>
            <td className="max-w-[200px] truncate">
              {mayOpen ? (
                <Link to={`/exams/${exam.id}${exam.status === "LIVE" ? "/live" : ""}`} className="font-[560] hover:underline">
                  {exam.title}
                </Link>
              ) : (
                <span className="font-[560]">{exam.title}</span>
              )}
            </td>
            <td className="max-w-[150px] truncate text-muted max-md:hidden">{exam.college}</td>
            <td className="num max-sm:hidden">{count(exam.expected)}</td>
            {withDay && <td className="num max-2xl:hidden">{count(exam.peak)}</td>}
            <td className="num max-md:hidden">
              {count(exam.connections)}
              {usable ? <span className="text-muted"> of {count(usable)}</span> : null}
            </td>
            <td className="num max-lg:hidden">{decimal(exam.active, 1)}</td>
            <td title={[...exam.reasons, exam.note].filter(Boolean).join("; ")}>
              <VerdictBadge verdict={exam.verdict} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
