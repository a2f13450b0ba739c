import { Form, Link, useLoaderData, useSearchParams } from "@remix-run/react";
import { page } from "~/access/page.server.ts";
import { readiness, type WhatIf } from "~/examday/readiness.server.ts";
import { bytes, count, day, decimal, percent, plural } from "~/platform/format.ts";
import { isUuid } from "~/platform/uuid.ts";
import { Chart, type Point } from "~/ui/chart/chart.tsx";
import { Badge } from "~/ui/feedback/badge.tsx";
import { Empty } from "~/ui/feedback/empty.tsx";
import { Button } from "~/ui/form/form.tsx";
import { Page } from "~/ui/layout/page.tsx";
import { Figure, Figures, Panel, WithAside } from "~/ui/layout/panel.tsx";
import { Clock, useZone } from "~/ui/time/time.tsx";
import { VerdictBadge } from "./verdict.tsx";

export const handle = { crumbs: () => [{ label: "Readiness" }] };
export const meta = () => [{ title: "Readiness · Invigil" }];

/** What if: from the URL, so that a plan can be sent to somebody. */
function whatIf(params: URLSearchParams): WhatIf {
  const number = (name: string, most: number) => {
    const value = Number(params.get(name));
    return params.get(name) && Number.isInteger(value) && value >= 0 && value <= most ? value : null;
  };
  const minutes = Number(params.get("minutes"));
  const shift = params.getAll("move").filter(isUuid).slice(0, 50);
  return {
    connections: number("connections", 100_000) || null,
    replicas: number("replicas", 20) ?? 0,
    shift: Number.isInteger(minutes) && Math.abs(minutes) <= 1440 ? shift.map((id) => ({ id, minutes })) : [],
  };
}

export const loader = page("readiness.read", async ({ ctx, url }) => readiness({ ctx, input: whatIf(url.searchParams) }));

function sentence(days: { day: string; verdict: string }[], today: string): string {
  const bad = days.filter((one) => one.verdict === "WILL_NOT_HOLD");
  const risky = days.filter((one) => one.verdict === "AT_RISK");
  const name = (text: string) => (text === today ? "Today" : day(new Date(`${text}T12:00:00Z`)));
  if (days.length === 0) return "No exam is planned for the next two weeks.";
  if (bad.length > 0) return `${bad.map((one) => name(one.day)).join(" and ")} will not hold.`;
  if (risky.length > 0)
    return `${risky.map((one) => name(one.day)).join(" and ")} ${risky.length === 1 ? "is" : "are"} at risk; the rest holds.`;
  return "Every exam of the next two weeks holds.";
}

export default function Readiness() {
  const data = useLoaderData<typeof loader>();
  const { exams, days, cost, limits, checks, past, curve, most, disk } = data;
  const [params] = useSearchParams();
  const zone = useZone();
  const changed = ["connections", "replicas", "minutes"].some((name) => params.get(name));
  const today = new Date(data.now).toISOString().slice(0, 10);
  const points = curve.map((one): Point => ({ t: one.t, connections: one.connections }));
  const failing = checks.filter((check) => check.ok === false).length;
  return (
    <Page
      title={sentence(days, today)}
      badge={changed ? <Badge tone="accent">What if</Badge> : undefined}
      context={
        cost.connections.assumed
          ? `Only ${plural(cost.connections.observations, "observation")} of past load yet: the cost of a student is mostly assumed, and the error is wide.`
          : `From ${count(cost.connections.observations)} five-minute observations of load and students, give or take ${decimal(2 * cost.connections.error, 1)} connections; incidents left out.`
      }
    >
      <Figures>
        <Figure
          label="Exams in 14 days"
          value={count(exams.length)}
          unit={plural(
            exams.reduce((sum, exam) => sum + exam.expected, 0),
            "student",
          )}
          note={`turn-out ${percent(cost.turnout, 1)}${cost.turnoutOf > 0 ? ` of ${count(cost.turnoutOf)} places so far` : ", assumed"}`}
        />
        <Figure
          label="Fits at once"
          value={most === null ? "–" : count(most)}
          unit="students"
          note={
            most === null
              ? "neither connections nor cores are known"
              : `below four fifths of ${[limits.connections === null ? "" : `${count(limits.connections)} connections`, limits.cores === null ? "" : plural(limits.cores, "core")].filter(Boolean).join(" and ")}`
          }
        />
        <Figure
          label="A hundred students cost"
          value={decimal(cost.connections.perStudent * 100, 1)}
          unit="connections"
          note={`${decimal(cost.active.perStudent * 100, 2)} busy sessions, ${decimal(cost.commits.perStudent * 100, 1)} transactions and ${bytes(cost.wal.perStudent * 100)} of WAL a second`}
        />
        <Figure
          label="Forecast error so far"
          value={past.error === null ? "–" : percent(past.error, 0)}
          note={past.error === null ? "no forecast has met its exam yet" : `over ${plural(past.list.length, "exam")}`}
        />
      </Figures>
      <WithAside
        aside={
          <>
            <Panel
              title="Beside the forecast"
              aside={failing === 0 ? <Badge tone="ok">All well</Badge> : <Badge tone="warn">{failing} to look at</Badge>}
            >
              <ul className="flex flex-col gap-2">
                {checks.map((check) => (
                  <li key={check.name} className="flex items-start gap-2">
                    <Badge tone={check.ok === null ? "neutral" : check.ok ? "ok" : "warn"}>
                      {check.ok === null ? "None" : check.ok ? "Well" : "Look"}
                    </Badge>
                    <span>
                      {check.to ? (
                        <Link className="font-[560] hover:underline" to={check.to}>
                          {check.name}
                        </Link>
                      ) : (
                        <span className="font-[560]">{check.name}</span>
                      )}
                      <span className="block text-muted">{check.says}</span>
                    </span>
                  </li>
                ))}
              </ul>
            </Panel>
            <Panel title="What if">
              <Form className="flex flex-col gap-3">
                <label className="flex flex-col gap-1">
                  Usable connections
                  <input
                    className="input"
                    name="connections"
                    inputMode="numeric"
                    defaultValue={params.get("connections") ?? ""}
                    placeholder={limits.connections === null ? "" : String(limits.connections)}
                  />
                </label>
                <label className="flex flex-col gap-1">
                  Standbys more, for reads
                  <input
                    className="input"
                    name="replicas"
                    inputMode="numeric"
                    defaultValue={params.get("replicas") ?? ""}
                    placeholder="0"
                  />
                </label>
                <label className="flex flex-col gap-1">
                  Move the ticked exams by minutes
                  <input
                    className="input"
                    name="minutes"
                    inputMode="numeric"
                    defaultValue={params.get("minutes") ?? ""}
                    placeholder="20"
                  />
                </label>
                <details>
                  <summary className="w-fit text-muted">Which exams</summary>
                  <div
                    className="mt-2 flex max-h-52 flex-col gap-1 overflow-y-auto"
                    tabIndex={0}
                    role="group"
                    aria-label="Exams to move"
                  >
                    {exams.slice(0, 60).map((exam) => (
                      <label key={exam.id} className="flex gap-2">
                        <input
                          type="checkbox"
                          name="move"
                          value={exam.id}
                          defaultChecked={params.getAll("move").includes(exam.id)}
                          className="accent-(--accent)"
                        />
                        <span className="truncate">{exam.title}</span>
                      </label>
                    ))}
                  </div>
                </details>
                <p className="flex gap-2">
                  <Button type="submit" tone="primary">
                    Compute
                  </Button>
                  {changed && (
                    <Link to="/readiness" className="control">
                      As it is
                    </Link>
                  )}
                </p>
                <p className="text-[12px] text-muted">
                  A standby is counted as taking three tenths of a student&apos;s cost from the primary: reads only.
                </p>
              </Form>
            </Panel>
          </>
        }
      >
        <Panel title="Connections wanted over the two weeks">
          <Chart
            label="Connections wanted"
            data={points}
            series={[{ key: "connections", label: "Wanted" }]}
            from={new Date(data.now).getTime()}
            to={new Date(data.now).getTime() + 14 * 86_400_000}
            unit="count"
            height={180}
            thresholds={limits.connections === null ? [] : [{ value: limits.connections, label: `${limits.connections} usable` }]}
          />
        </Panel>
        <Panel
          title="Day by day"
          aside={disk === null ? "disk is not known: the server is elsewhere" : `${bytes(disk)} of disk free`}
          flush
        >
          {days.length === 0 ? (
            <Empty title="Nothing is planned">Exams appear here when they are scheduled.</Empty>
          ) : (
            <table className="rows">
              <tbody>
                {days.map((one) => (
                  <tr key={one.day}>
                    <td className="w-28 font-[560] whitespace-nowrap">
                      {one.day === today ? "Today" : day(new Date(`${one.day}T12:00:00Z`), zone)}
                    </td>
                    <td className="py-2">
                      {one.says}
                      <span className="block text-[12px] text-muted">
                        At its busiest {count(one.connections)} connections, {count(one.commits)} transactions and{" "}
                        {count(one.written)} rows written a second; {bytes(one.wal)} of WAL over the day.
                      </span>
                    </td>
                    <td className="w-28 text-right">
                      <VerdictBadge verdict={one.verdict} />
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          )}
        </Panel>
        <Panel title="Exam by exam" flush>
          <table className="rows">
            <thead>
              <tr>
                <th>Starts</th>
                <th>Exam</th>
                <th className="max-md:hidden">Tenant</th>
                <th className="num">Students</th>
                <th className="num max-2xl:hidden">At once</th>
                <th className="num max-md:hidden">Connections</th>
                <th className="num max-lg:hidden">Load</th>
                <th>Verdict</th>
              </tr>
            </thead>
            <tbody>
              {exams.map((exam) => (
                <tr key={exam.id}>
                  <td>
                    <Clock at={exam.start} withDay />
                  </td>
                  <td className="max-w-[190px] truncate">
                    <Link to={`/exams/${exam.id}`} className="font-[560] hover:underline">
                      {exam.title}
                    </Link>
                  </td>
                  <td className="max-w-[130px] truncate text-muted max-md:hidden">{exam.college}</td>
                  <td className="num">{count(exam.expected)}</td>
                  <td className="num max-2xl:hidden">{count(exam.peak)}</td>
                  <td className="num max-md:hidden">
                    {count(exam.connections)}
                    {limits.connections !== null && <span className="text-muted"> of {count(limits.connections)}</span>}
                  </td>
                  <td className="num max-lg:hidden">{decimal(exam.active, 1)}</td>
                  <td title={exam.reasons.join("; ")}>
                    <VerdictBadge verdict={exam.verdict} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </Panel>
        <Panel title="How good the forecasts have been" flush>
          {past.list.length === 0 ? (
            <Empty title="None has met its exam yet">
              A forecast is kept from a day before each exam, and compared with what came as soon as it is over.
            </Empty>
          ) : (
            <table className="rows">
              <thead>
                <tr>
                  <th>Exam</th>
                  <th className="num">Connections forecast</th>
                  <th className="num">Came</th>
                  <th className="num max-md:hidden">Load forecast</th>
                  <th className="num max-md:hidden">Came</th>
                </tr>
              </thead>
              <tbody>
                {past.list.map((one) => (
                  <tr key={one.id}>
                    <td>
                      {one.title}{" "}
                      <span className="text-muted">
                        <Clock at={one.start_time} withDay />
                      </span>
                    </td>
                    <td className="num">{count(one.connections)}</td>
                    <td className="num">{one.actual_connections === null ? "not sampled" : count(one.actual_connections)}</td>
                    <td className="num max-md:hidden">{decimal(one.active_hundredths / 100, 1)}</td>
                    <td className="num max-md:hidden">
                      {one.actual_active_hundredths === null ? "not sampled" : decimal(one.actual_active_hundredths / 100, 1)}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          )}
        </Panel>
      </WithAside>
    </Page>
  );
}
