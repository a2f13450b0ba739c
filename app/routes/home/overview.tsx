import { Link, useLoaderData } from "@remix-run/react";
import { zoneOf } from "~/access/cookies.server.ts";
import { protectedLoader } from "~/access/page.server.ts";
import { may } from "~/access/policy.ts";
import { proofLine } from "~/access/log/line.server.ts";
import { currentHealth } from "~/db/health.server.ts";
import { needs, overviewPart, standbyFigure } from "~/examday/overview.server.ts";
import { currentReadiness } from "~/examday/readiness.server.ts";
import { today } from "~/examday/today.server.ts";
import { reviewsWaiting } from "~/examday/waiting.server.ts";
import { targetStates } from "~/observability/current.server.ts";
import { incidentsBetween } from "~/observability/incidents/incidents.server.ts";
import { coreCount, readLoad } from "~/observability/load/read-load.server.ts";
import { peakNote } from "~/observability/load/peak.ts";
import { observes } from "~/platform/depth.ts";
import { env } from "~/platform/env.server.ts";
import { count, decimal, percent, plural } from "~/platform/format.ts";
import { readRange, SAMPLES_KEPT_DAYS } from "~/platform/range.ts";
import { Chart } from "~/ui/chart/chart.tsx";
import { Badge } from "~/ui/feedback/badge.tsx";
import { Empty } from "~/ui/feedback/empty.tsx";
import { Page } from "~/ui/layout/page.tsx";
import { Figure, Figures, Panel, WithAside } from "~/ui/layout/panel.tsx";
import { ExamVerdicts } from "../readiness/exam-verdicts.tsx";
import { Ago } from "~/ui/time/time.tsx";
import { useLive } from "~/ui/live.ts";
import { WAIT_COLORS } from "../database/parts/wait-colors.ts";
import { NeedsYou } from "./needs-you.tsx";
import { nextExams } from "./next-exams.ts";
import { sentence } from "./sentence.ts";
import { context } from "./context.tsx";

export const handle = { crumbs: () => [{ label: "Overview" }], range: true };

export const meta = () => [{ title: "Overview · Invigil" }];

/** Each part is asked alone: the page stays useful while one of them can't be answered, the primary included. */
export const loader = protectedLoader("self", async ({ ctx, request, url }) => {
  const now = ctx.clock.now();
  const zone = zoneOf(request);
  const range = readRange(url.searchParams, now, { keptDays: SAMPLES_KEPT_DAYS });
  const { role } = ctx.actor;
  const part = <T,>(allowed: boolean, work: () => Promise<T>): Promise<T | null> =>
    allowed ? work().catch(() => null) : Promise.resolve(null);
  const shared = <T,>(allowed: boolean, name: string, work: () => Promise<T>) =>
    part(allowed, () => overviewPart(ctx, name, work));
  const { from, to } = range;
  const name = range.name ?? `${from.getTime()}-${to.getTime()}`;
  const forecast = part(may(role, "readiness.read"), () => currentReadiness({ ctx, input: { zone } }));
  const [watched, health, day, ahead, load, incidents, queue, standby, wanted, proof] = await Promise.all([
    observes() ? part(may(role, "database.load"), targetStates) : null,
    currentHealth(),
    shared(may(role, "readiness.read"), `today ${zone}`, () => today({ ctx, input: { zone } })),
    forecast,
    shared(may(role, "database.load"), `load ${name}`, () => readLoad({ ctx, input: { from, to, by: "wait" } })),
    shared(true, `incidents ${name}`, () => incidentsBetween({ ctx, input: { from, to } })),
    part(may(role, "integrity.read"), () => reviewsWaiting(ctx)),
    shared(may(role, "database.read"), "standby", () => standbyFigure(ctx)),
    shared(true, `needs ${zone}`, () => needs(ctx, forecast, zone)),
    shared(may(role, "audit.verify"), "proof", () => proofLine(ctx)),
  ]);
  const exams = nextExams(ahead?.exams ?? [], now);
  return {
    role,
    /** The servers that are watched; null where the console shares its database with what it watches. */
    watched: watched && { all: watched.length, answer: watched.filter((one) => one.reachable).length },
    health,
    day,
    exams,
    /** Whom the title may name: of the whole week, not only of those that are listed. */
    short: (ahead?.exams ?? []).filter((exam) => exam.verdict !== "HOLDS" && exam.end > now).slice(0, 50),
    days: ahead?.days.slice(0, 7) ?? [],
    limits: ahead?.limits ?? null,
    error: ahead?.past.error ?? null,
    load,
    incidents: incidents ?? [],
    queue,
    standby,
    wanted: wanted ?? [],
    proof,
    cores: coreCount(env().embedded),
    from: range.from.getTime(),
    to: range.to.getTime(),
    live: range.live,
    now,
    zone,
  };
});

export default function Overview() {
  const data = useLoaderData<typeof loader>();
  const { day, queue, standby, load, exams, limits } = data;
  useLive(data.live);
  const bands = data.incidents.map((incident) => ({
    from: new Date(incident.from).getTime(),
    to: incident.to ? new Date(incident.to).getTime() : null,
    label: `Incident ${incident.number}`,
  }));
  return (
    <Page
      title={sentence({ ...data, exams: data.short })}
      context={[context(data), data.days.find((day) => day.note)?.note].filter(Boolean).join(" ")}
      badge={data.proof && <Badge tone={data.proof.ok === false ? "bad" : "ok"}>{data.proof.says}</Badge>}
    >
      <Figures>
        {day && (
          <Figure
            label="Students sitting now"
            value={count(day.sitting)}
            unit={`of ${count(day.expected)} expected`}
            note={`${plural(day.live, "exam")} live, ${count(day.later)} later today`}
          />
        )}
        {queue && (
          <Figure
            label="Reviews due"
            value={count(queue.open)}
            unit={
              queue.oldest ? (
                <>
                  oldest <Ago at={queue.oldest} />
                </>
              ) : undefined
            }
            note={queue.second > 0 ? `${count(queue.second)} need a second reviewer` : "none needs a second reviewer"}
          />
        )}
        {standby && (
          <Figure label="Standby lag" value={standby.value} tone={standby.bad ? "warn" : undefined} note={standby.note} />
        )}
        {data.watched && (
          <Figure
            label="Watched servers"
            value={`${data.watched.answer} of ${data.watched.all}`}
            unit={data.watched.answer === 1 ? "answers" : "answer"}
            tone={data.watched.answer < data.watched.all ? "bad" : undefined}
          />
        )}
        <Figure
          label={observes() ? "Console database" : "Primary"}
          value={data.health.checks.primary.ok ? `${data.health.checks.primary.ms} ms` : "down"}
          tone={data.health.checks.primary.ok ? undefined : "bad"}
          note={
            data.health.checks.collector.ok
              ? observes()
                ? "Invigil's own; the watched server is not written to"
                : `${data.health.checks.replicas.filter((replica) => replica.ok).length} of ${plural(data.health.checks.replicas.length, "standby", "standbys")} answer`
              : data.health.checks.collector.error
          }
        />
        {load && !(day && queue) && (
          <Figure
            label="Active sessions"
            value={load.average === null ? "–" : decimal(load.average, 1)}
            unit={data.cores ? `on ${data.cores} cores` : undefined}
            note={peakNote(load) ?? "no samples yet"}
          />
        )}
      </Figures>
      <WithAside aside={<NeedsYou list={data.wanted} />}>
        {load && (
          <Panel
            title="Average active sessions"
            aside={
              <Link className="hover:text-ink" to="/database">
                by wait
              </Link>
            }
            source={{ sql: load.source, target: "primary", at: new Date(data.to).toISOString() }}
          >
            <Chart
              label="Average active sessions by what they wait for, with incidents as bands"
              kind="area"
              data={load.points}
              series={load.series.map((one) => ({
                key: one.key,
                label: one.label,
                color: WAIT_COLORS[one.key as keyof typeof WAIT_COLORS],
              }))}
              from={data.from}
              to={data.to}
              bands={bands}
              thresholds={data.cores ? [{ value: data.cores, label: `${data.cores} cores` }] : []}
            />
          </Panel>
        )}
        {day && (
          <Panel
            title="Next exams"
            flush
            aside={
              data.error === null ? (
                <Link className="link" to="/readiness">
                  readiness
                </Link>
              ) : (
                <Link className="link" to="/readiness">
                  forecast error so far {percent(data.error, 0)}
                </Link>
              )
            }
          >
            {exams.length === 0 ? (
              <Empty title="No exam is scheduled">Upcoming exams appear here with their expected database load.</Empty>
            ) : (
              <ExamVerdicts exams={exams} usable={limits?.connections} mayOpen={may(data.role, "exams.read")} withDay />
            )}
          </Panel>
        )}
      </WithAside>
    </Page>
  );
}
