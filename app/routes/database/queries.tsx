import { Link, useLoaderData, useSearchParams } from "@remix-run/react";
import { protectedLoader } from "~/access/page.server.ts";
import { current, sourceOf } from "~/observability/current.server.ts";
import { ioMeasured } from "~/observability/queries/io-measured.ts";
import { ioTiming } from "~/observability/queries/io-timing.server.ts";
import { listSlowCalls, SORTS, topQueries, type QuerySort } from "~/observability/queries/top.server.ts";
import { bytes, count, milliseconds, percent, plural, seconds } from "~/platform/format.ts";
import { Sparkline } from "~/ui/chart/chart.tsx";
import { Badge } from "~/ui/feedback/badge.tsx";
import { Empty, Unknown } from "~/ui/feedback/empty.tsx";
import { Page } from "~/ui/layout/page.tsx";
import { Panel } from "~/ui/layout/panel.tsx";
import { Clock } from "~/ui/time/time.tsx";
import { useLive } from "~/ui/live.ts";
import { spanOf } from "./parts/span.server.ts";
import { QueryLine } from "./parts/sql-text.tsx";
import { Switch, TargetSwitch } from "./parts/switch.tsx";

export const handle = { crumbs: () => [{ label: "Database", to: "/database" }, { label: "Queries" }], range: true };
export const meta = () => [{ title: "Queries · Invigil" }];

export const loader = protectedLoader("database.read", async ({ ctx, url }) => {
  const { input, live, targets } = spanOf(ctx, url);
  const asked = url.searchParams.get("sort") ?? "total";
  const sort: QuerySort = asked in SORTS ? (asked as QuerySort) : "total";
  const q = url.searchParams.get("q") ?? "";
  const [top, slow, sample, timed] = await Promise.all([
    topQueries({ ctx, input: { ...input, sort, q } }),
    listSlowCalls({ ctx, input }),
    current("statements", input.target),
    ioTiming({ ctx, input: { target: input.target } }),
  ]);
  return {
    ...top,
    slow,
    sort,
    live,
    targets,
    target: input.target,
    from: input.from,
    missing: sample.missing,
    timed,
    panel: sourceOf(sample),
  };
});

const SORT_LABELS: [QuerySort, string][] = [
  ["total", "total time"],
  ["mean", "mean"],
  ["calls", "calls"],
  ["io", "I/O"],
  ["temp", "temp"],
  ["wal", "WAL"],
];

function Change({ now, before, isNew }: { now: number; before: number | null; isNew: boolean }) {
  if (before === null || before === 0) return isNew ? <Badge tone="accent">New</Badge> : <span className="text-faint">–</span>;
  const ratio = now / before;
  if (ratio > 1.25) return <span className="text-bad">{ratio >= 10 ? "×10 and more" : `×${ratio.toFixed(1)}`}</span>;
  if (ratio < 0.8) return <span className="text-ok">×{ratio.toFixed(1)}</span>;
  return <span className="text-muted">same</span>;
}

export default function Queries() {
  const data = useLoaderData<typeof loader>();
  const [params] = useSearchParams();
  useLive(data.live, 10_000);
  const slow = data.queries.filter((query) => query.total_ms / query.calls > 1000);
  return (
    <Page
      title={
        data.queries.length === 0
          ? data.missing
            ? "Statements are not available right now."
            : "No statements in this range."
          : slow.length === 0
            ? `${plural(data.queries.length, "statement")}, none of them slow.`
            : `${plural(slow.length, "statement takes", "statements take")} over 1 s.`
      }
      context="From pg_stat_statements, between two samples. Literals are masked."
    >
      <Panel
        title="Statements"
        flush
        source={data.panel}
        aside={
          <>
            <TargetSwitch target={data.target} targets={data.targets} />
            <Switch name="sort" label="Order" value={data.sort} options={SORT_LABELS} />
          </>
        }
      >
        <form className="px-3.5 pb-2" role="search">
          {[...params]
            .filter(([name]) => name !== "q")
            .map(([name, value]) => (
              <input key={name} type="hidden" name={name} value={value} />
            ))}
          <input
            name="q"
            defaultValue={params.get("q") ?? ""}
            className="input max-w-sm"
            placeholder="Search texts"
            aria-label="Search statement texts"
          />
        </form>
        {data.timed === false && <p className="px-3.5 pb-2 text-muted">I/O is not measured (track_io_timing is off).</p>}
        {data.missing ? (
          <Unknown reason={data.missing.reason} grant={data.missing.grant} />
        ) : data.queries.length === 0 ? (
          <Empty title="No statements in this range.">
            Counters are sampled every 15 seconds. Choose a longer range, or wait for the second sample.
          </Empty>
        ) : null}
        {data.queries.length > 0 && (
          <table className="rows">
            <thead>
              <tr>
                <th>Statement</th>
                <th className="hidden lg:table-cell">Time</th>
                <th className="num">Share</th>
                <th className="num hidden md:table-cell">Total</th>
                <th className="num">Mean</th>
                <th className="num hidden md:table-cell">Calls</th>
                <th className="num hidden xl:table-cell">Rows</th>
                <th className="num hidden xl:table-cell">I/O</th>
                <th className="num hidden xl:table-cell">Temp</th>
                <th className="num hidden xl:table-cell">WAL</th>
                <th className="num hidden md:table-cell">Previous mean</th>
              </tr>
            </thead>
            <tbody>
              {data.queries.map((query) => {
                const mean = query.total_ms / query.calls;
                return (
                  <tr key={query.query_id}>
                    <td className="max-w-0 w-full truncate">
                      <QueryLine id={query.query_id} text={query.text} length={140} />
                    </td>
                    <td className="hidden lg:table-cell">
                      <Sparkline values={query.shape} label="Total time in this range" />
                    </td>
                    <td className="num">{percent(query.share)}</td>
                    <td className="num hidden md:table-cell">{seconds(query.total_ms / 1000)}</td>
                    <td className={`num ${mean > 1000 ? "text-bad font-[560]" : ""}`}>{milliseconds(mean)}</td>
                    <td className="num hidden md:table-cell">{count(query.calls)}</td>
                    <td className="num hidden xl:table-cell">{count(query.rows)}</td>
                    <td className="num hidden xl:table-cell">
                      {ioMeasured(query, data.timed) ? (
                        milliseconds(query.io_ms)
                      ) : (
                        <span className="text-muted">not measured</span>
                      )}
                    </td>
                    <td className="num hidden xl:table-cell">{query.temp_blocks > 0 ? bytes(query.temp_blocks * 8192) : "–"}</td>
                    <td className="num hidden xl:table-cell">{query.wal_bytes > 0 ? bytes(query.wal_bytes) : "–"}</td>
                    <td className="num hidden md:table-cell">
                      <Change
                        now={mean}
                        before={query.before_ms && query.before_calls ? query.before_ms / query.before_calls : null}
                        isNew={query.first_seen !== null && query.first_seen >= data.from}
                      />
                    </td>
                  </tr>
                );
              })}
            </tbody>
          </table>
        )}
      </Panel>
      <Panel title="Slow calls of the console" flush aside="1,000 ms and more">
        {data.slow.length === 0 ? (
          <p className="px-3.5 py-3 text-muted">None in this range.</p>
        ) : (
          <table className="rows">
            <thead>
              <tr>
                <th>When</th>
                <th>Verb</th>
                <th>Tenant</th>
                <th className="num">Took</th>
                <th className="hidden md:table-cell">Process</th>
                <th className="hidden md:table-cell">Request</th>
              </tr>
            </thead>
            <tbody>
              {data.slow.map((one) => (
                <tr key={one.id}>
                  <td>
                    <Clock at={one.at} withSeconds />
                  </td>
                  <td>
                    <code>{one.verb}</code> {one.failed && <Badge tone="bad">Failed</Badge>}
                  </td>
                  <td>{one.tenant ?? "–"}</td>
                  <td className="num">{milliseconds(one.ms)}</td>
                  <td className="hidden md:table-cell">{one.process}</td>
                  <td className="mono hidden text-muted md:table-cell">{one.request_id}</td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </Panel>
      <p className="text-muted">
        Looking for why?{" "}
        <Link to="/database" className="link underline">
          The load
        </Link>{" "}
        shows what statements wait for,{" "}
        <Link to="/database/indexes" className="link underline">
          indexes
        </Link>{" "}
        what would speed them up.
      </p>
    </Page>
  );
}
