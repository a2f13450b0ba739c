import { Link, useLoaderData } from "@remix-run/react";
import { protectedLoader } from "~/access/page.server.ts";
import { targetStates } from "~/observability/current.server.ts";
import { targetLabel } from "~/observability/target.ts";
import { notSince } from "~/observability/tables/counted.ts";
import { projectedDay, tableHistory, tableReport } from "~/observability/tables/report.server.ts";
import { about, bytes, count, day, percent, plural } from "~/platform/format.ts";
import { Chart } from "~/ui/chart/chart.tsx";
import { Notice, Unknown } from "~/ui/feedback/empty.tsx";
import { Page } from "~/ui/layout/page.tsx";
import { Figure, Figures, Panel } from "~/ui/layout/panel.tsx";
import { Ago } from "~/ui/time/time.tsx";
import { useLive } from "~/ui/live.ts";
import { bandsFor, spanOf } from "./parts/span.server.ts";
import { Switch, TargetSwitch } from "./parts/switch.tsx";

export const handle = { crumbs: () => [{ label: "Database", to: "/database" }, { label: "Tables" }], range: true };
export const meta = () => [{ title: "Tables · Invigil" }];

const SORTS = ["size", "dead", "growth", "scans", "writes"] as const;

/** Without the primary a standby has the same tables, unless someone asked for the primary's. */
async function whoHasThem(target: string, chosen: boolean): Promise<string> {
  if (chosen || target !== "primary") return target;
  const states = await targetStates();
  const away = states.some((state) => state.name === target && state.reachable === false);
  return (away && states.find((state) => state.kind === "standby" && state.reachable)?.name) || target;
}

export const loader = protectedLoader("database.read", async ({ ctx, url }) => {
  const { input: asked, live, targets } = spanOf(ctx, url);
  const input = { ...asked, target: await whoHasThem(asked.target, url.searchParams.has("target")) };
  const name = url.searchParams.get("table");
  const sort = SORTS.find((one) => one === url.searchParams.get("sort")) ?? "size";
  const [report, history, bands] = await Promise.all([
    tableReport({ ctx, input }),
    name ? tableHistory({ ctx, input: { ...input, name } }) : null,
    bandsFor(ctx, input),
  ]);
  const by = {
    size: (row: { bytes: number | null }) => row.bytes ?? 0,
    dead: (row: { dead: number }) => row.dead,
    growth: (row: { name: string }) => report.growth[row.name] ?? 0,
    scans: (row: { seqRows: number }) => row.seqRows,
    writes: (row: { writes: number }) => row.writes,
  }[sort] as (row: NonNullable<typeof report.tables>[number]) => number;
  const projected = history && projectedDay(history.points, (history.points.at(-1)?.bytes ?? 0) * 2);
  return {
    ...report,
    tables: report.tables && [...report.tables].sort((a, b) => by(b) - by(a)),
    sort,
    name,
    history,
    projected,
    bands,
    live,
    targets,
    target: input.target,
    instead: input.target === asked.target ? null : targetLabel(input.target),
    from: input.from.getTime(),
    to: input.to.getTime(),
  };
});

const bare = (name: string) => name.replace(/^public\./, "");

export default function Tables() {
  const data = useLoaderData<typeof loader>();
  useLive(data.live, 20_000);
  // A standby counts no dead rows and vacuums nothing: its zeros say nothing.
  const own = data.target === "primary";
  const dead = data.tables?.reduce((sum, row) => sum + row.dead, 0);
  const oldest = data.tables?.reduce((most, row) => Math.max(most, row.xidAge), 0);
  const biggest = data.tables?.reduce<NonNullable<typeof data.tables>[number] | null>(
    (best, row) => ((row.bytes ?? 0) > (best?.bytes ?? -1) ? row : best),
    null,
  );
  return (
    <Page
      title={
        data.tables
          ? `${plural(data.tables.length, "table")}${biggest ? `, the largest is ${bare(biggest.name)}` : ""}.`
          : "Tables are not available right now."
      }
      context="Partitions are counted as their table."
    >
      {data.instead && (
        <Notice tone="warn" title={`These are the tables of ${data.instead}.`}>
          Sizes are as far as it has replayed. Scans are its own. Dead rows and vacuum are known on the primary only.
        </Notice>
      )}
      {data.skipped.length > 0 && (
        <Notice
          tone="warn"
          title={`${plural(data.skipped.length, "table was", "tables were")} skipped: another session holds an exclusive lock`}
        >
          {data.skipped.slice(0, 8).map(bare).join(", ")}
          {data.skipped.length > 8 ? " and more" : ""}. Their size is not available until then.
        </Notice>
      )}
      <Figures>
        <Figure label="Database" value={data.database === null ? "not known" : bytes(data.database)} />
        <Figure
          label="Grows by"
          value={data.databaseGrowth === null ? "not known yet" : bytes(data.databaseGrowth)}
          unit={data.databaseGrowth === null ? undefined : "a day"}
          note={data.databaseGrowth === null ? "available after one day of samples" : "the whole database, over at most 30 days"}
        />
        <Figure label="Dead rows" value={dead === undefined || !own ? "not known" : about(dead)} note="not vacuumed yet" />
        <Figure
          label="Oldest row"
          value={oldest === undefined ? "not known" : about(oldest)}
          unit={oldest === undefined ? undefined : "transactions"}
        />
      </Figures>
      {data.name && data.history && (
        <Panel
          title={bare(data.name)}
          aside={
            <Link to="/database/tables" className="link">
              close
            </Link>
          }
        >
          {data.projected && (
            <p className="mb-2 text-muted">
              It grows by {bytes(data.projected.perDay)} a day, and will double by {day(new Date(data.projected.at))} (projected
              from this time).
            </p>
          )}
          <div className="grid gap-4 lg:grid-cols-2">
            <Chart
              label="Size"
              unit="bytes"
              height={150}
              data={data.history.points.map((point) => ({ t: point.t, bytes: point.bytes }))}
              series={[{ key: "bytes", label: "Size" }]}
              from={data.from}
              to={data.to}
              bands={data.bands}
            />
            <Chart
              label="Dead rows"
              unit="count"
              height={150}
              data={data.history.points.map((point) => ({ t: point.t, dead: point.dead }))}
              series={[{ key: "dead", label: "Dead rows" }]}
              from={data.from}
              to={data.to}
              bands={data.bands}
            />
          </div>
        </Panel>
      )}
      <Panel
        title="Tables"
        flush
        source={data.source}
        aside={
          <>
            <TargetSwitch target={data.target} targets={data.targets} />
            <Switch
              name="sort"
              label="Order"
              value={data.sort}
              options={SORTS.map((one) => [one, one === "dead" ? "dead rows" : one] as const)}
            />
          </>
        }
      >
        {!data.tables ? (
          <Unknown reason={data.missing?.reason ?? ""} grant={data.missing?.grant} />
        ) : (
          <table className="rows">
            <thead>
              <tr>
                <th>Table</th>
                <th className="num">Size</th>
                <th className="num hidden lg:table-cell">A day</th>
                <th className="num hidden md:table-cell">Rows</th>
                <th className="num">Dead</th>
                <th className="num hidden lg:table-cell">HOT</th>
                <th className="num hidden lg:table-cell">Scans</th>
                <th className="num hidden lg:table-cell">By index</th>
                <th className="num hidden md:table-cell">Cache hits</th>
                <th className="num hidden xl:table-cell">Age</th>
                <th className="hidden xl:table-cell">Vacuumed</th>
              </tr>
            </thead>
            <tbody>
              {data.tables.map((row) => (
                <tr key={row.name}>
                  <td>
                    <Link
                      to={`?table=${encodeURIComponent(row.name)}&sort=${data.sort}`}
                      className="hover:underline"
                      preventScrollReset
                    >
                      <code>{bare(row.name)}</code>
                    </Link>
                    {row.partitions > 0 && (
                      <span className="ml-1.5 text-[12px] text-muted">{plural(row.partitions, "partition")}</span>
                    )}
                  </td>
                  <td className="num">{row.bytes === null ? "locked" : bytes(row.bytes)}</td>
                  <td className="num hidden lg:table-cell">{data.growth[row.name] ? bytes(data.growth[row.name]!) : "–"}</td>
                  <td className="num hidden md:table-cell">{about(row.rows)}</td>
                  <td className={`num ${row.dead > 1000 && row.dead > row.rows / 4 ? "text-warn" : ""}`}>
                    {own ? count(row.dead) : "–"}
                  </td>
                  <td className="num hidden lg:table-cell">{row.hot === null ? "–" : percent(row.hot)}</td>
                  <td className="num hidden lg:table-cell">{count(row.seqScans)}</td>
                  <td className="num hidden lg:table-cell">{count(row.idxScans)}</td>
                  <td className="num hidden md:table-cell">{row.cache === null ? "–" : percent(row.cache)}</td>
                  <td className="num hidden xl:table-cell">{about(row.xidAge)}</td>
                  <td className="hidden xl:table-cell">
                    {row.vacuumedAt ? (
                      <Ago at={row.vacuumedAt} />
                    ) : (
                      <span className="text-muted">{own ? notSince(data.statsReset) : "–"}</span>
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </Panel>
    </Page>
  );
}
