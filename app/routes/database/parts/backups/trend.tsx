import type { BackupLine, CheckLine } from "~/observability/backups/report.server.ts";
import { Chart } from "~/ui/chart/chart.tsx";
import { Panel } from "~/ui/layout/panel.tsx";

const none = (text: string) => <p className="text-muted">{text}</p>;

/** A line needs two ends; a chart of one moment would be a dot in a void. */
function spanOf(times: number[]): { from: number; to: number } {
  const from = Math.min(...times);
  const to = Math.max(...times);
  const edge = Math.max(60_000, (to - from) * 0.04);
  return { from: from - edge, to: to + edge };
}

/** How long to be back and how much would be lost, drill by drill; and what backups weigh. */
export function Trends({ backups, checks }: { backups: BackupLine[]; checks: CheckLine[] }) {
  const drills = checks.filter((check) => check.kind === "DRILL" && check.ok).toReversed();
  const sizes = backups.filter((row) => row.size_bytes !== null).toReversed();
  return (
    <div className="grid gap-4 xl:grid-cols-2">
      <Panel title="Back after, and lost">
        {drills.length < 2 ? (
          none(drills.length === 1 ? "One drill was measured. The next one begins the line." : "No drill was measured yet.")
        ) : (
          <Chart
            label="Time to be back and time that would be lost, by drill"
            data={drills.map((check) => ({ t: check.started_at.getTime(), rto: check.rto_ms, rpo: check.rpo_ms }))}
            series={[
              { key: "rto", label: "Back after" },
              { key: "rpo", label: "Would be lost" },
            ]}
            kind="line"
            unit="ms"
            dots
            height={150}
            syncId="drills"
            {...spanOf(drills.map((check) => check.started_at.getTime()))}
          />
        )}
      </Panel>
      <Panel title="Size">
        {sizes.length < 2 ? (
          none(sizes.length === 1 ? "One backup was taken. The next one begins the line." : "No backup was taken yet.")
        ) : (
          <Chart
            label="Size of the backups"
            data={sizes.map((row) => ({ t: row.started_at.getTime(), size: row.size_bytes }))}
            series={[{ key: "size", label: "Compressed" }]}
            kind="line"
            unit="bytes"
            dots
            height={150}
            syncId="sizes"
            {...spanOf(sizes.map((row) => row.started_at.getTime()))}
          />
        )}
      </Panel>
    </div>
  );
}
