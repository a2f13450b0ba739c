import { Link } from "@remix-run/react";
import type { metricHistory } from "~/observability/history.server.ts";
import type { topQueries } from "~/observability/queries/top.server.ts";
import { decimal, milliseconds, percent } from "~/platform/format.ts";
import { Chart, type Band } from "~/ui/chart/chart.tsx";
import { Empty, Unknown } from "~/ui/feedback/empty.tsx";
import { Panel } from "~/ui/layout/panel.tsx";
import { QueryLine } from "./sql-text.tsx";

type Top = Awaited<ReturnType<typeof topQueries>>;

export function TopPanel({ top }: { top: { value: Top | null; error: string | null } }) {
  return (
    <Panel
      title="Top statements"
      flush
      aside={
        <Link to="/database/queries" className="link">
          all statements
        </Link>
      }
    >
      {!top.value ? (
        <Unknown reason={top.error ?? ""} />
      ) : top.value.queries.length === 0 ? (
        <Empty title="No statements in this range yet.">Statements are sampled every 15 seconds.</Empty>
      ) : (
        <table className="rows">
          <thead>
            <tr>
              <th>Statement</th>
              <th className="num">Share</th>
              <th className="num">Mean</th>
              <th className="num hidden md:table-cell">Calls</th>
            </tr>
          </thead>
          <tbody>
            {top.value.queries.map((query) => (
              <tr key={query.query_id}>
                <td className="max-w-0 w-full truncate">
                  <QueryLine id={query.query_id} text={query.text} />
                </td>
                <td className="num">{percent(query.share)}</td>
                <td className={`num ${query.total_ms / query.calls > 1000 ? "text-bad font-[560]" : ""}`}>
                  {milliseconds(query.total_ms / query.calls)}
                </td>
                <td className="num hidden md:table-cell">{query.calls.toLocaleString("en-GB")}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Panel>
  );
}

export function QueryLegend({
  series,
  texts,
}: {
  series: { key: string; average: number }[];
  texts: Map<string, string | null>;
}) {
  return (
    <Panel title="Statements of this chart" flush>
      <table className="rows">
        <tbody>
          {series
            .filter((one) => one.key !== "other")
            .map((one) => (
              <tr key={one.key}>
                <td className="max-w-0 w-full truncate">
                  <QueryLine id={one.key} text={texts.get(one.key) ?? null} />
                </td>
                <td className="num">{decimal(one.average, 2)}</td>
              </tr>
            ))}
        </tbody>
      </table>
    </Panel>
  );
}

type Metrics = Awaited<ReturnType<typeof metricHistory>>;

export function Throughput({ metrics, from, to, bands }: { metrics: Metrics; from: number; to: number; bands: Band[] }) {
  const of = (name: string) =>
    metrics.points.filter((point) => point.name === name).map((point) => ({ t: point.t, value: point.value }));
  const shared = { from, to, bands, height: 130, series: [{ key: "value", label: "value" }] };
  return (
    <div className="grid gap-4 lg:grid-cols-3">
      <Panel title="Commits">
        <Chart {...shared} label="Commits per second" unit="perSecond" data={of("db.commits_per_s")} />
      </Panel>
      <Panel title="Cache hit ratio">
        <Chart {...shared} label="Cache hit ratio" unit="percent" data={of("db.hit_ratio")} />
      </Panel>
      <Panel title="WAL written">
        <Chart {...shared} label="WAL written" unit="bytesPerSecond" data={of("wal.bytes_per_s")} />
      </Panel>
    </div>
  );
}
