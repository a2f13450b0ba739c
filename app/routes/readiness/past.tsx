import type { Readiness } from "~/examday/readiness.server.ts";
import { count, decimal } from "~/platform/format.ts";
import { Empty } from "~/ui/feedback/empty.tsx";
import { Panel } from "~/ui/layout/panel.tsx";
import { Clock } from "~/ui/time/time.tsx";

/** What was forecast beside what came. */
export function PastForecasts({ past }: { past: Readiness["past"] }) {
  return (
    <Panel title="Forecast accuracy" flush>
      {past.list.length === 0 ? (
        <Empty title="No forecasts to compare yet">
          A forecast is stored a day before each exam and compared with what was measured once it is over.
        </Empty>
      ) : (
        <table className="rows">
          <thead>
            <tr>
              <th>Exam</th>
              <th className="num">Connections forecast</th>
              <th className="num">Came</th>
              <th className="num max-md:hidden">Load forecast</th>
              <th className="num max-md:hidden">Came</th>
            </tr>
          </thead>
          <tbody>
            {past.list.map((one) => (
              <tr key={one.id}>
                <td>
                  {one.title}{" "}
                  <span className="text-muted">
                    <Clock at={one.start_time} withDay />
                  </span>
                </td>
                <td className="num">{count(one.connections)}</td>
                <td className="num">{one.actual_connections === null ? "not sampled" : count(one.actual_connections)}</td>
                <td className="num max-md:hidden">{decimal(one.active_hundredths / 100, 1)}</td>
                <td className="num max-md:hidden">
                  {one.actual_active_hundredths === null ? "not sampled" : decimal(one.actual_active_hundredths / 100, 1)}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Panel>
  );
}
