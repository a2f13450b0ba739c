import { useLoaderData } from "@remix-run/react";
import { protectedLoader } from "~/access/page.server.ts";
import { maintenanceReport } from "~/observability/maintenance/report.server.ts";
import { notSince } from "~/observability/tables/counted.ts";
import { about, count, percent, plural } from "~/platform/format.ts";
import { Chart } from "~/ui/chart/chart.tsx";
import { Badge } from "~/ui/feedback/badge.tsx";
import { Progress, Unknown } from "~/ui/feedback/empty.tsx";
import { Page } from "~/ui/layout/page.tsx";
import { Figure, Figures, Panel } from "~/ui/layout/panel.tsx";
import { Ago } from "~/ui/time/time.tsx";
import { useLive } from "~/ui/live.ts";
import { spanOf } from "./parts/span.server.ts";

export const handle = { crumbs: () => [{ label: "Database", to: "/database" }, { label: "Maintenance" }], range: true };
export const meta = () => [{ title: "Maintenance · Invigil" }];

export const loader = protectedLoader("database.read", async ({ ctx, url }) => {
  const { input, live } = spanOf(ctx, url);
  return { ...(await maintenanceReport({ ctx, input })), live, from: input.from.getTime(), to: input.to.getTime() };
});

const LIMIT = 2_146_483_647;
const bare = (name: string) => name.replace(/^public\./, "");

export default function Maintenance() {
  const data = useLoaderData<typeof loader>();
  useLive(data.live, 10_000);
  const vacuums = data.due?.filter((due) => due.kind !== "analyze") ?? [];
  const ours = data.ages?.find((age) => age.is_ours);
  const oldest = data.horizon?.[0];
  return (
    <Page
      title={
        !data.due
          ? "Maintenance due is not available right now."
          : data.due.length === 0
            ? "No maintenance is due."
            : `${plural(data.due.length, "table is", "tables are")} due for autovacuum.`
      }
      context={data.settings?.on === false ? "Autovacuum is off." : "Computed the way autovacuum computes it."}
    >
      <Figures>
        <Figure label="Running now" value={data.running?.length ?? "not known"} />
        <Figure
          label="Due to vacuum"
          value={data.due ? vacuums.length : "not known"}
          unit={data.due ? `and ${data.due.length - vacuums.length} to analyze` : undefined}
        />
        <Figure
          label="Oldest transaction ID"
          value={ours ? about(ours.xid_age) : "not known"}
          note={ours ? `${percent(ours.xid_age / LIMIT, 1)} of the limit` : undefined}
          tone={ours && ours.xid_age > LIMIT / 4 ? "bad" : undefined}
        />
        <Figure
          label="Oldest held horizon"
          value={data.horizon ? (oldest ? about(oldest.age) : "by no one") : "not known"}
          unit={oldest ? "transactions" : undefined}
          note={oldest ? `${oldest.kind} ${oldest.holder}` : undefined}
        />
      </Figures>
      <div className="grid gap-4 xl:grid-cols-2">
        <Panel title="At work" flush>
          {!data.running ? (
            <Unknown reason={data.runningMissing?.reason ?? ""} grant={data.runningMissing?.grant} />
          ) : data.running.length === 0 ? (
            <p className="px-3.5 py-3 text-muted">No vacuum, analyze, index build or copy is running.</p>
          ) : (
            <table className="rows">
              <tbody>
                {data.running.map((one) => (
                  <tr key={`${one.kind}${one.pid}`}>
                    <td>
                      {one.kind} <code>{bare(one.relation)}</code>
                      <p className="text-[12px] text-muted">{one.phase}</p>
                    </td>
                    <td className="w-[200px]">
                      <Progress label={`${one.kind} ${one.relation}`} done={one.done ?? 0} total={one.total} />
                    </td>
                    <td className="num">{one.since && <Ago at={one.since} />}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          )}
        </Panel>
        <Panel title="What holds the horizon" flush aside="newer dead rows can't be vacuumed">
          {!data.horizon ? (
            <Unknown reason={data.horizonMissing?.reason ?? ""} grant={data.horizonMissing?.grant} />
          ) : data.horizon.length === 0 ? (
            <p className="px-3.5 py-3 text-muted">Nobody.</p>
          ) : (
            <table className="rows">
              <tbody>
                {data.horizon.slice(0, 8).map((one) => (
                  <tr key={one.kind + one.holder}>
                    <td>{one.kind}</td>
                    <td className="max-w-[260px] truncate max-sm:max-w-[130px]">{one.holder}</td>
                    <td className="num">{plural(one.age, "transaction")}</td>
                    <td className="num hidden text-muted md:table-cell">{one.since && <Ago at={one.since} />}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          )}
        </Panel>
      </div>
      <Panel title="Due" flush source={data.source}>
        {!data.due ? (
          <Unknown reason={data.tablesMissing?.reason ?? ""} grant={data.tablesMissing?.grant} />
        ) : data.due.length === 0 ? (
          <p className="px-3.5 py-3 text-muted">Every table is below its thresholds.</p>
        ) : (
          <table className="rows">
            <thead>
              <tr>
                <th>Table</th>
                <th>For</th>
                <th>Because of</th>
                <th className="num hidden md:table-cell">Threshold</th>
                <th className="num">Times over</th>
                <th className="hidden md:table-cell">Last</th>
              </tr>
            </thead>
            <tbody>
              {data.due.slice(0, 40).map((due) => (
                <tr key={due.table + due.kind}>
                  <td>
                    <code>{bare(due.table)}</code>
                  </td>
                  <td>{due.kind}</td>
                  <td>
                    {about(due.amount)} {due.reason}
                  </td>
                  <td className="num hidden md:table-cell">{about(due.threshold)}</td>
                  <td className="num">
                    {due.ratio > 2 ? <Badge tone="warn">{due.ratio.toFixed(1)}</Badge> : due.ratio.toFixed(1)}
                  </td>
                  <td className="hidden md:table-cell">
                    {due.lastAt ? <Ago at={due.lastAt} /> : <span className="text-muted">{notSince(data.statsReset)}</span>}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </Panel>
      <div className="grid gap-4 xl:grid-cols-2">
        <Panel title="Age of transaction IDs">
          <Chart
            label="Age of transaction IDs"
            unit="count"
            height={160}
            data={data.history
              .filter((one) => one.name === "age.xid" && one.target === "primary" && one.label === data.database)
              .map((one) => ({ t: one.t, age: one.value }))}
            series={[{ key: "age", label: "Age" }]}
            thresholds={
              data.settings && ours && ours.xid_age > data.settings.freezeMax / 2
                ? [{ value: data.settings.freezeMax, label: "freeze" }]
                : []
            }
            from={data.from}
            to={data.to}
          />
        </Panel>
        <Panel title="Databases" flush>
          {!data.ages ? (
            <Unknown reason={data.agesMissing?.reason ?? ""} grant={data.agesMissing?.grant} />
          ) : (
            <table className="rows">
              <thead>
                <tr>
                  <th>Database</th>
                  <th className="num">Transaction IDs</th>
                  <th className="num">Multixacts</th>
                </tr>
              </thead>
              <tbody>
                {data.ages.map((age) => (
                  <tr key={age.database}>
                    <td>{age.database}</td>
                    <td className="num">
                      {count(age.xid_age)} <span className="text-muted">{percent(age.xid_age / LIMIT, 1)}</span>
                    </td>
                    <td className="num">
                      {count(age.mxid_age)} <span className="text-muted">{percent(age.mxid_age / LIMIT, 1)}</span>
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          )}
        </Panel>
      </div>
      <Panel title="Longest without analyze" flush>
        {!data.stale ? (
          <Unknown reason={data.tablesMissing?.reason ?? ""} grant={data.tablesMissing?.grant} />
        ) : (
          <table className="rows">
            <tbody>
              {data.stale.map((one) => (
                <tr key={one.name}>
                  <td>
                    <code>{bare(one.name)}</code>
                  </td>
                  <td className="num">{about(one.modified)} changed</td>
                  <td className="num">{one.analyzed_at ? <Ago at={one.analyzed_at} /> : notSince(data.statsReset)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </Panel>
    </Page>
  );
}
