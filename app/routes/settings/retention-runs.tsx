import { count } from "~/platform/format.ts";
import { Badge } from "~/ui/feedback/badge.tsx";
import { Empty } from "~/ui/feedback/empty.tsx";
import { Panel } from "~/ui/layout/panel.tsx";
import { Ago } from "~/ui/time/time.tsx";

type Run = {
  id: string;
  label: string;
  started_at: string | Date;
  finished_at: string | Date | null;
  row_count: number;
  more: boolean;
  error: string | null;
};

function Outcome({ run }: { run: Run }) {
  if (run.error) return <Badge tone="bad">Failed: {run.error}</Badge>;
  if (!run.finished_at) return <Badge tone="warn">Running, or stopped</Badge>;
  return run.more ? <Badge tone="warn">More the next night</Badge> : <Badge tone="ok">Done</Badge>;
}

export function RetentionRuns({ runs }: { runs: Run[] }) {
  return (
    <Panel title="Last runs" flush>
      {runs.length === 0 ? (
        <Empty title="No runs yet">Every night at 04:30 UTC, what is older than its period is deleted in small parts.</Empty>
      ) : (
        <table className="rows">
          <thead>
            <tr>
              <th>Data</th>
              <th>Started</th>
              <th className="num">Records</th>
              <th>Outcome</th>
            </tr>
          </thead>
          <tbody>
            {runs.map((run) => (
              <tr key={run.id}>
                <td className="!whitespace-normal">{run.label}</td>
                <td>
                  <Ago at={run.started_at} />
                </td>
                <td className="num">{count(run.row_count)}</td>
                <td className="!whitespace-normal">
                  <Outcome run={run} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Panel>
  );
}
