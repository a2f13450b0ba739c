import { useLoaderData } from "@remix-run/react";
import { protectedLoader } from "~/access/page.server.ts";
import { may } from "~/access/policy.ts";
import { listAlerts } from "~/observability/alerts/alerts.server.ts";
import { headroomNow } from "~/observability/connections/report.server.ts";
import { currentLags, targetStates } from "~/observability/current.server.ts";
import { listFindings } from "~/observability/findings/findings.server.ts";
import { whatChanged } from "~/observability/load/changes.server.ts";
import { loadSource } from "~/observability/load/load-source.ts";
import { coreCount, readLoad, SPLITS, type Split } from "~/observability/load/read-load.server.ts";
import { readMetrics } from "~/observability/load/read-metrics.server.ts";
import { topQueries } from "~/observability/queries/top.server.ts";
import { env } from "~/platform/env.server.ts";
import { decimal } from "~/platform/format.ts";
import { Chart } from "~/ui/chart/chart.tsx";
import { Badge } from "~/ui/feedback/badge.tsx";
import { Unknown } from "~/ui/feedback/empty.tsx";
import { Page } from "~/ui/layout/page.tsx";
import { Panel, WithAside } from "~/ui/layout/panel.tsx";
import { ChangesPanel } from "./parts/changes-panel.tsx";
import { QueryLegend, Throughput, TopPanel } from "./parts/load-panels.tsx";
import { useLive } from "~/ui/live.ts";
import { bandsFor, part, spanOf } from "./parts/span.server.ts";
import { Switch, TargetSwitch } from "./parts/switch.tsx";
import { WAIT_COLORS } from "./parts/wait-colors.ts";
import { sentence } from "./parts/load-sentence.ts";
import { OwnFigures, Top, Aside } from "./parts/load-aside.tsx";

export const handle = { crumbs: () => [{ label: "Database" }, { label: "Load" }], range: true };

export const meta = () => [{ title: "Load · Invigil" }];

export const loader = protectedLoader("database.load", async ({ ctx, url }) => {
  const { input, live, targets } = spanOf(ctx, url);
  const asked = url.searchParams.get("by") ?? "wait";
  const by: Split = asked in SPLITS ? (asked as Split) : "wait";
  const whole = may(ctx.actor.role, "database.read");
  const [load, bands] = await Promise.all([part(readLoad({ ctx, input: { ...input, by } })), bandsFor(ctx, input)]);
  const common = {
    load,
    bands,
    by,
    live,
    targets,
    target: input.target,
    from: input.from.getTime(),
    to: input.to.getTime(),
    cores: coreCount(env().embedded),
    whole,
  };
  if (!whole) return { ...common, rest: null };
  const [alerts, headroom, lags, states, findings, changes, top, metrics] = await Promise.all([
    part(listAlerts({ ctx, input })),
    part(headroomNow({ ctx, input: { target: input.target } })),
    part(currentLags()),
    targetStates(),
    part(listFindings({ ctx, input: {} })),
    part(whatChanged({ ctx, input })),
    part(topQueries({ ctx, input: { ...input, limit: 6 } })),
    part(readMetrics({ ctx, input: { ...input, names: ["db.commits_per_s", "db.hit_ratio", "wal.bytes_per_s"] } })),
  ]);
  const found =
    findings.value
      ?.map((finding) => ({ ...finding, open: finding.evidence.filter((e) => !e.mute).length }))
      .filter((one) => one.open > 0) ?? null;
  return { ...common, rest: { alerts, headroom, lags, states, findings: found, changes, top, metrics } };
});

const SPLIT_LABELS: [Split, string][] = [
  ["wait", "by wait"],
  ["event", "by event"],
  ["query", "by query"],
  ["tenant", "by tenant"],
  ["user", "by user"],
  ["app", "by application"],
];

export type Data = ReturnType<typeof useLoaderData<typeof loader>>;

export default function Load() {
  const data = useLoaderData<typeof loader>();
  useLive(data.live);
  const { rest, load } = data;
  const main = (
    <>
      <Panel
        title="Average active sessions"
        aside={
          <>
            {data.whole && <TargetSwitch target={data.target} targets={data.targets} />}
            <Switch name="by" label="Split load" value={data.by} options={SPLIT_LABELS} />
          </>
        }
        source={load.value ? loadSource(load.value, data.target) : undefined}
      >
        {load.value ? (
          <Chart
            label="Average active sessions"
            kind="area"
            height={260}
            data={load.value.points}
            series={load.value.series.map((one) => ({
              key: one.key,
              label: `${one.label.length > 22 ? `…${one.label.slice(-8)}` : one.label} ${decimal(one.average, 2)}`,
              color: data.by === "wait" ? WAIT_COLORS[one.key] : undefined,
            }))}
            from={data.from}
            to={data.to}
            bands={data.bands}
            thresholds={
              data.cores && data.target === "primary" && data.whole ? [{ value: data.cores, label: `${data.cores} cores` }] : []
            }
          />
        ) : (
          <Unknown reason={`Earlier samples can't be read: ${load.error}`} />
        )}
      </Panel>
      {data.by === "query" && load.value && rest?.top.value && (
        <QueryLegend
          series={load.value.series}
          texts={new Map(rest.top.value.queries.map((query) => [query.query_id, query.text]))}
        />
      )}
      {rest && <TopPanel top={rest.top} />}
      {rest?.metrics.value && <Throughput metrics={rest.metrics.value} from={data.from} to={data.to} bands={data.bands} />}
      {rest?.changes.value && <ChangesPanel changes={rest.changes.value} />}
    </>
  );
  return (
    <Page
      title={sentence(data)}
      context={
        load.value?.only
          ? `Load of ${load.value.only.join(", ") || "no tenant"} only.`
          : "Active sessions in the database, and what they wait for."
      }
      badge={rest?.states.some((state) => state.reachable === false) ? <Badge tone="bad">Server missing</Badge> : undefined}
    >
      {rest ? <Top rest={rest} load={load.value} /> : load.value && <OwnFigures load={load.value} />}
      {rest ? <WithAside aside={<Aside rest={rest} />}>{main}</WithAside> : main}
    </Page>
  );
}
