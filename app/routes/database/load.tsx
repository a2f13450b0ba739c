import { Link, useLoaderData } from "@remix-run/react";
import { page } from "~/access/page.server.ts";
import { may } from "~/access/policy.ts";
import { listAlerts } from "~/observability/alerts/alerts.server.ts";
import { headroomNow } from "~/observability/connections/report.server.ts";
import { currentLags, targetStates } from "~/observability/current.server.ts";
import { listFindings } from "~/observability/findings/findings.server.ts";
import { whatChanged } from "~/observability/load/changes.server.ts";
import { loadSource } from "~/observability/load/load-source.ts";
import { coreCount, readLoad, SPLITS, type Split } from "~/observability/load/read-load.server.ts";
import { peakNote } from "~/observability/load/peak.ts";
import { readMetrics } from "~/observability/load/read-metrics.server.ts";
import { topQueries } from "~/observability/queries/top.server.ts";
import { targetLabel } from "~/observability/target.ts";
import { env } from "~/platform/env.server.ts";
import { bytes, decimal, plural, seconds } from "~/platform/format.ts";
import { Chart } from "~/ui/chart/chart.tsx";
import { Badge } from "~/ui/feedback/badge.tsx";
import { Unknown } from "~/ui/feedback/empty.tsx";
import { Page } from "~/ui/layout/page.tsx";
import { Figure, Figures, Panel, WithAside } from "~/ui/layout/panel.tsx";
import { Ago } from "~/ui/time/time.tsx";
import { ChangesPanel } from "./parts/changes-panel.tsx";
import { QueryLegend, Throughput, TopPanel } from "./parts/load-panels.tsx";
import { useLive } from "~/ui/live.ts";
import { SeverityBadge } from "./parts/severity.tsx";
import { bandsFor, part, spanOf } from "./parts/span.server.ts";
import { Switch, TargetSwitch } from "./parts/switch.tsx";
import { WAIT_COLORS } from "./parts/wait-colors.ts";

export const handle = { crumbs: () => [{ label: "Database" }, { label: "Load" }], range: true };
export const meta = () => [{ title: "Load · Invigil" }];

export const loader = page("database.load", async ({ ctx, url }) => {
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
    findings.value?.map((one) => ({ ...one, open: one.evidence.filter((e) => !e.mute).length })).filter((one) => one.open > 0) ??
    null;
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

type Data = ReturnType<typeof useLoaderData<typeof loader>>;

function sentence(data: Data): string {
  const rest = data.rest;
  if (!rest) return "What your exams ask of the database";
  const down = rest.states.filter((one) => one.reachable === false);
  if (down.some((one) => one.kind === "primary")) return "The primary can't be reached. What is known is shown.";
  const firing = rest.alerts.value?.episodes.filter((one) => one.state === "FIRING" && one.severity !== "INFO") ?? [];
  if (firing[0]) return `${firing[0].says.replace(/\.$/, "")}.`;
  if (down[0]) return `${down[0].name} can't be reached.`;
  const hidden = rest.states.find((one) => one.name === data.target && one.server?.monitor === false);
  if (hidden) return `${targetLabel(hidden.name)} answers, but the observer lacks pg_monitor.`;
  const average = data.load.value?.average;
  if (average === null || average === undefined) return "No samples in this time yet.";
  if (data.cores && average > data.cores) return `The database is busier than its ${data.cores} cores.`;
  return "The database is calm.";
}

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
            <Switch name="by" label="Split the load" value={data.by} options={SPLIT_LABELS} />
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
        <QueryLegend series={load.value.series} texts={new Map(rest.top.value.queries.map((one) => [one.query_id, one.text]))} />
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
          : "Who is at work in the database, and what they wait for."
      }
      badge={rest?.states.some((one) => one.reachable === false) ? <Badge tone="bad">Server missing</Badge> : undefined}
    >
      {rest ? <Top rest={rest} load={load.value} /> : load.value && <OwnFigures load={load.value} />}
      {rest ? <WithAside aside={<Aside rest={rest} />}>{main}</WithAside> : main}
    </Page>
  );
}

type Rest = NonNullable<Data["rest"]>;

function OwnFigures({ load }: { load: NonNullable<Data["load"]["value"]> }) {
  return (
    <Figures>
      <Figure
        label="Active sessions"
        value={load.average === null ? "–" : decimal(load.average, 2)}
        note="on average in this time"
      />
      <Figure label="At most" value={load.peak === null ? "–" : decimal(load.peak, 1)} note={peakNote(load)} />
    </Figures>
  );
}

function Top({ rest, load }: { rest: Rest; load: Data["load"]["value"] }) {
  const head = rest.headroom.value?.headroom ?? null;
  const missing = rest.headroom.value?.missing;
  const lag = [...(rest.lags.value ?? [])].sort((a, b) => (b.seconds ?? Infinity) - (a.seconds ?? Infinity))[0];
  const firing = rest.alerts.value?.episodes.filter((one) => one.state === "FIRING") ?? null;
  const grave = firing?.filter((one) => one.severity !== "INFO") ?? [];
  return (
    <Figures>
      <Figure
        label="Active sessions"
        value={load?.average === null || !load ? "not known" : decimal(load.average, 2)}
        unit="on average"
        note={load ? peakNote(load) : undefined}
      />
      <Figure
        label="Connections"
        value={head ? head.usedOrdinary : "not known"}
        unit={head ? `of ${head.ordinary}` : undefined}
        tone={head && head.used / head.ordinary > 0.8 ? "bad" : undefined}
        note={
          head
            ? `${head.free} free, ${head.reserved + head.superuserReserved} kept in reserve`
            : [missing?.reason ?? rest.headroom.error ?? "The server does not answer.", missing?.grant].filter(Boolean).join(" ")
        }
      />
      <Figure
        label="Standby lag"
        value={!lag ? "none" : lag.seconds === null ? "not known" : seconds(lag.seconds)}
        unit={lag?.bytes !== null && lag ? bytes(lag.bytes) : undefined}
        tone={lag && lag.state !== "streaming" ? "warn" : undefined}
        note={lag ? lag.state : "no standby is configured"}
      />
      <Figure
        label="Alerts"
        value={firing ? grave.length : "not known"}
        unit={firing && firing.length > grave.length ? `and ${plural(firing.length - grave.length, "notice")}` : undefined}
        tone={grave.some((one) => one.severity === "CRITICAL") ? "bad" : grave.length > 0 ? "warn" : undefined}
        note={grave[0]?.says ?? "no alerts"}
      />
    </Figures>
  );
}

function Aside({ rest }: { rest: Rest }) {
  const firing = rest.alerts.value?.episodes.filter((one) => one.state === "FIRING") ?? [];
  return (
    <>
      <Panel title="Needs you" aside={firing.length || undefined}>
        {firing.length === 0 ? (
          <p className="text-muted">{rest.alerts.error ? `Alerts can't be read: ${rest.alerts.error}` : "No alerts."}</p>
        ) : (
          <ul className="flex flex-col gap-3">
            {firing.slice(0, 6).map((one) => (
              <li key={one.id}>
                <div className="flex items-center justify-between gap-2">
                  <SeverityBadge severity={one.severity} />
                  <span className="text-[12px] text-muted">
                    <Ago at={one.fired_at} />
                  </span>
                </div>
                <Link
                  to={one.incident ? `/database/incidents/${one.incident}` : "/database/alerts"}
                  className="mt-1 block hover:underline"
                >
                  {one.says}
                </Link>
                {one.rule === "lock-wait" && (
                  <Link to="/database/locks" className="link text-[12px]">
                    See who blocks
                  </Link>
                )}
              </li>
            ))}
          </ul>
        )}
      </Panel>
      <Panel title="Findings" aside={rest.findings?.reduce((sum, one) => sum + one.open, 0)}>
        {rest.findings === null ? (
          <p className="text-muted">Not known right now.</p>
        ) : rest.findings.length === 0 ? (
          <p className="text-muted">The checks find nothing.</p>
        ) : (
          <ul className="flex flex-col gap-2">
            {rest.findings.slice(0, 8).map((one) => (
              <li key={one.id} className="flex items-baseline justify-between gap-2">
                <Link to={`/database/findings#${one.id}`} className="hover:underline">
                  {one.title}
                </Link>
                <span className="text-muted tabular-nums">{one.open}</span>
              </li>
            ))}
          </ul>
        )}
      </Panel>
    </>
  );
}
