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

/** Recovery time and data at risk, drill by drill; and what backups weigh. */
export function Trends({ backups, checks }: { backups: BackupLine[]; checks: CheckLine[] }) {
  const drills = checks.filter((check) => check.kind === "DRILL" && check.ok).toReversed();
  const sizes = backups.filter((row) => row.size_bytes !== null).toReversed();
  return (
    <div className="grid gap-4 xl:grid-cols-2">
      <Panel title="Recovery time and data at risk">
        {drills.length < 2 ? (
          none(drills.length === 1 ? "One drill so far. The next one starts the line." : "No drills yet.")
        ) : (
          <Chart
            label="Recovery time and data at risk, by drill"
            data={drills.map((check) => ({ t: check.started_at.getTime(), rto: check.rto_ms, rpo: check.rpo_ms }))}
            series={[
              { key: "rto", label: "Recovery time (RTO)" },
              { key: "rpo", label: "Data at risk (RPO)" },
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
          none(sizes.length === 1 ? "One backup so far. The next one starts the line." : "No backups yet.")
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
