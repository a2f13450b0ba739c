import { Link, useLoaderData, useSearchParams } from "@remix-run/react";
import { zoneOf } from "~/access/cookies.server.ts";
import { protectedLoader } from "~/access/page.server.ts";
import { may } from "~/access/policy.ts";
import { currentReadiness, type WhatIf } from "~/examday/readiness.server.ts";
import { bytes, count, day, decimal, percent, plural } from "~/platform/format.ts";
import { isUuid } from "~/platform/uuid.ts";
import { dayIn } from "~/platform/zone.ts";
import { Chart, type Point } from "~/ui/chart/chart.tsx";
import { Badge } from "~/ui/feedback/badge.tsx";
import { Notice } from "~/ui/feedback/empty.tsx";
import { Page } from "~/ui/layout/page.tsx";
import { Figure, Figures, Panel, WithAside } from "~/ui/layout/panel.tsx";

import { mayOpen } from "../nav.ts";
import { Days } from "./days.tsx";
import { ExamVerdicts } from "./exam-verdicts.tsx";
import { PastForecasts } from "./past.tsx";
import { MOVE_BY, WhatIfForm } from "./what-if.tsx";

export const handle = { crumbs: () => [{ label: "Readiness" }] };
export const meta = () => [{ title: "Readiness · Invigil" }];

/** What if: from the URL, so that a plan can be sent to somebody. What is no number is said, never silently left out. */
function whatIf(params: URLSearchParams): { plan: WhatIf; refused: string[] } {
  const refused: string[] = [];
  const number = (name: string, least: number, most: number, says: string) => {
    const typed = (params.get(name) ?? "").trim();
    const value = Number(typed);
    if (typed === "") return null;
    if (Number.isInteger(value) && value >= least && value <= most) return value;
    refused.push(`${says} must be a whole number from ${count(least)} to ${count(most)}`);
    return null;
  };
  const connections = number("connections", 1, 100_000, "Usable connections");
  const replicas = number("replicas", 0, 20, "The number of standbys");
  const minutes = number("minutes", -1440, 1440, "The time to move exams by, in minutes,");
  const move = params.getAll("move").filter(isUuid);
  if (move.length > 50) refused.push("At most 50 exams are moved at once");
  const by = minutes ?? (refused.length === 0 ? MOVE_BY : 0);
  return { plan: { connections, replicas: replicas ?? 0, shift: move.slice(0, 50).map((id) => ({ id, minutes: by })) }, refused };
}

export const loader = protectedLoader("readiness.read", async ({ ctx, request, url }) => {
  const zone = zoneOf(request);
  const { plan, refused } = whatIf(url.searchParams);
  const found = await currentReadiness({ ctx, input: { ...plan, zone } });
  return { role: ctx.actor.role, ...found, refused, today: dayIn(found.now, zone) };
});

function sentence(days: { day: string; verdict: string }[], today: string): string {
  const bad = days.filter((day) => day.verdict === "WILL_NOT_HOLD");
  const risky = days.filter((day) => day.verdict === "AT_RISK");
  const name = (text: string) => (text === today ? "Today" : day(new Date(`${text}T12:00:00Z`)));
  if (days.length === 0) return "No exam is planned for the next two weeks.";
  if (bad.length > 0) return `${bad.map((one) => name(one.day)).join(" and ")} will not hold.`;
  if (risky.length > 0)
    return `${risky.map((one) => name(one.day)).join(" and ")} ${risky.length === 1 ? "is" : "are"} at risk; the rest holds.`;
  return "Every exam of the next two weeks holds.";
}

export default function Readiness() {
  const data = useLoaderData<typeof loader>();
  const { exams, days, cost, limits, checks, past, curve, most, disk, today, refused } = data;
  const [params] = useSearchParams();
  const changed = ["connections", "replicas", "minutes", "move"].some((name) => params.get(name));
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
      {refused.map((says) => (
        <Notice key={says} tone="warn" title={says} />
      ))}
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
          label="Students at once, at most"
          value={most === null ? "–" : count(most)}
          note={
            most === null
              ? "connections and cores are not known"
              : `below four fifths of ${[limits.connections === null ? "" : `${count(limits.connections)} connections`, limits.cores === null ? "" : plural(limits.cores, "core")].filter(Boolean).join(" and ")}`
          }
        />
        <Figure
          label="Cost of 100 students"
          value={decimal(cost.connections.perStudent * 100, 1)}
          unit="connections"
          note={`${decimal(cost.active.perStudent * 100, 2)} busy sessions, ${decimal(cost.commits.perStudent * 100, 1)} transactions and ${bytes(cost.wal.perStudent * 100)} of WAL a second`}
        />
        <Figure
          label="Forecast error so far"
          value={past.error === null ? "–" : percent(past.error, 0)}
          note={past.error === null ? "no forecast has been compared yet" : `over ${plural(past.errorOf, "exam")}`}
        />
      </Figures>
      <WithAside
        aside={
          <>
            <Panel
              title="Other checks"
              aside={failing === 0 ? <Badge tone="ok">All OK</Badge> : <Badge tone="warn">{failing} to check</Badge>}
            >
              <ul className="flex flex-col gap-2">
                {checks.map((check) => (
                  <li key={check.name} className="flex items-start gap-2">
                    <Badge tone={check.ok === null ? "neutral" : check.ok ? "ok" : "warn"}>
                      {check.ok === null ? "None" : check.ok ? "OK" : "Check"}
                    </Badge>
                    <span>
                      {check.to && mayOpen(data.role, check.to) ? (
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
            <WhatIfForm changed={changed} usable={limits.connections} exams={exams} />
          </>
        }
      >
        <Panel title="Forecast connections, next 14 days">
          <Chart
            label="Forecast connections"
            data={points}
            series={[{ key: "connections", label: "Forecast" }]}
            from={new Date(data.now).getTime()}
            to={new Date(data.now).getTime() + 14 * 86_400_000}
            unit="count"
            height={180}
            thresholds={limits.connections === null ? [] : [{ value: limits.connections, label: `${limits.connections} usable` }]}
          />
        </Panel>
        <Days days={days} disk={disk} today={today} />
        <Panel title="Exam by exam" flush>
          <ExamVerdicts exams={exams} usable={limits.connections} mayOpen={may(data.role, "exams.read")} withDay />
        </Panel>
        <PastForecasts past={past} />
      </WithAside>
    </Page>
  );
}
