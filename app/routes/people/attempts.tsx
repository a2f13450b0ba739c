import { Link } from "@remix-run/react";
import { decimal } from "~/platform/format.ts";
import { State } from "~/resources/cell.tsx";
import { Panel } from "~/ui/layout/panel.tsx";
import { Ago } from "~/ui/time/time.tsx";
import type { Matter } from "./lists.tsx";

export function Attempts({ attempts }: Pick<Matter, "attempts">) {
  return (
    <Panel title="Attempts" flush>
      <table className="rows">
        <thead>
          <tr>
            <th>Exam</th>
            <th className="max-sm:hidden">Started</th>
            <th>State</th>
            <th className="num">Score</th>
            <th className="num max-sm:hidden">Signals</th>
            <th className="max-sm:hidden">Review</th>
          </tr>
        </thead>
        <tbody>
          {attempts.map((attempt) => (
            <tr key={attempt.id}>
              <td className="max-w-[240px] truncate">
                <Link to={`/exams/${attempt.exam_id}`} className="hover:underline">
                  {attempt.title}
                </Link>
              </td>
              <td className="max-sm:hidden">
                <Ago at={attempt.started_at} />
              </td>
              <td>
                <State value={attempt.state} />
              </td>
              <td className="num">
                {decimal(attempt.score / 100, 2)} <span className="text-muted">/ {attempt.total_marks}</span>
              </td>
              <td className="num max-sm:hidden">{attempt.violation_count}</td>
              <td className="max-sm:hidden">
                {attempt.review_state === "NONE" ? <span className="text-faint">–</span> : <State value={attempt.review_state} />}
              </td>
            </tr>
          ))}
          {attempts.length === 0 && (
            <tr>
              <td className="text-muted" colSpan={6}>
                No exams yet.
              </td>
            </tr>
          )}
        </tbody>
      </table>
    </Panel>
  );
}
