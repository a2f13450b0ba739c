import { z } from "zod";
import { may } from "~/access/policy.ts";
import { cache } from "~/db/cache.server.ts";
import type { Ctx } from "~/db/ctx.ts";
import { firstRow } from "~/db/query.ts";
import { withReadScope } from "~/db/scope.server.ts";
import { sql } from "~/db/sql.ts";
import { incidentsBetween } from "~/observability/incidents/incidents.server.ts";
import { replicationReport } from "~/observability/replication/report.server.ts";
import { observes } from "~/platform/depth.ts";
import { groupBy } from "~/platform/group.ts";
import { bytes, clockTime, plural, seconds } from "~/platform/format.ts";
import type { Readiness } from "./readiness.server.ts";
import { leftToExplain, incidentImpact } from "./incident-impact.server.ts";
import { appealsWaiting, findingsNow, reviewsWaiting } from "./waiting.server.ts";

export type Need = { tone: "bad" | "warn" | "ok" | "neutral"; title: string; says: string; to: string; at: Date | null };

const HOUR = 3_600_000;
const attempt = async <T>(work: Promise<T>): Promise<T | null> => work.catch(() => null);

/**
 * A part of the overview that is the same for all who see the same tenants in the same role, a few seconds long. What
 * staff change here ends it at once.
 */
export const overviewPart = <T>(ctx: Ctx, name: string, read: () => Promise<T>): Promise<T> =>
  cache.get(ctx, {
    key: `overview.${name}`,
    of: ["exam", "enrollment", "incident", "review", "appeal", "integrity_event", "finding_mute", "college"],
    ttlMs: 5000,
    read,
  });

/** What needs this person now, most pressing first. Each question is asked alone: one that can't be answered is left out. */
export async function needs(ctx: Ctx, ahead: Promise<Readiness | null>, zone = "UTC"): Promise<Need[]> {
  const now = ctx.clock.now();
  const role = ctx.actor.role;
  const found: Need[] = [];
  const forecast = await ahead;
  // One line a morning, however many exams begin in it.
  const short = groupBy(forecast?.exams.filter((exam) => exam.verdict !== "HOLDS") ?? [], (exam) => exam.start.getTime());
  for (const exams of [...short.values()].slice(0, 2)) {
    const worst = exams.find((exam) => exam.verdict === "WILL_NOT_HOLD") ?? exams[0]!;
    const what = exams.length === 1 ? worst.title : `${exams.length} exams`;
    const verdict = worst.verdict === "WILL_NOT_HOLD" ? "will not hold" : `${exams.length === 1 ? "is" : "are"} at risk`;
    found.push({
      tone: worst.verdict === "WILL_NOT_HOLD" ? "bad" : "warn",
      title: `${what} on ${worst.start.toLocaleDateString("en-GB", { weekday: "short", timeZone: zone })} at ${clockTime(worst.start, zone)} ${verdict}`,
      says: worst.reasons.join(", "),
      to: "/readiness",
      at: worst.start,
    });
  }
  const incidents =
    (await attempt(incidentsBetween({ ctx, input: { from: new Date(now.getTime() - 48 * HOUR), to: now } }))) ?? [];
  const older = incidents.slice(0, -3).filter((incident) => incident.state === "OPEN");
  if (older.length > 0)
    found.unshift({
      tone: "bad",
      title: `${plural(older.length, "more incident is", "more incidents are")} open`,
      says: "Resolve those that are dealt with",
      to: may(role, "database.read") ? "/database/incidents" : "/readiness",
      at: older[0]!.from,
    });
  for (const incident of incidents.toReversed().slice(0, 3)) {
    const open = incident.state === "OPEN";
    const touched = await attempt(incidentImpact({ ctx, input: { number: incident.number } }));
    const to = may(role, "database.read") ? `/database/incidents/${incident.number}` : `/exams/incidents/${incident.number}`;
    if (open)
      found.unshift({
        tone: "bad",
        title: `Incident ${incident.number}: ${incident.title}`,
        says: observes()
          ? "It is still open"
          : touched && touched.attempts > 0
            ? `${plural(touched.attempts, "attempt")} in ${plural(touched.exams.length, "exam")} are affected`
            : "No exam is affected",
        to,
        at: incident.from,
      });
    else if (touched && touched.attempts > 0 && may(role, "integrity.review")) {
      const left = await attempt(leftToExplain(ctx, incident.number));
      if (left)
        found.push({
          tone: "ok",
          title: `Incident ${incident.number} affected ${plural(touched.attempts, "attempt")}`,
          says: `It explains ${plural(left, "signal")} that can be cleared together`,
          to: `/exams/incidents/${incident.number}`,
          at: incident.to,
        });
    }
  }
  if (may(role, "integrity.review")) {
    const queue = await attempt(reviewsWaiting(ctx));
    if (queue && queue.second > 0)
      found.push({
        tone: "warn",
        title: `${plural(queue.second, "attempt needs", "attempts need")} a second reviewer`,
        says: "A violation stands only when two reviewers agree",
        to: "/integrity?view=second",
        at: queue.oldest,
      });
    else if (queue && queue.open > 0)
      found.push({
        tone: "neutral",
        title: `${plural(queue.open, "review is", "reviews are")} due`,
        says: "The riskiest comes first",
        to: "/integrity",
        at: queue.oldest,
      });
  }
  if (may(role, "appeals.decide")) {
    const appeals = (await attempt(appealsWaiting(ctx))) ?? 0;
    if (appeals > 0)
      found.push({
        tone: "warn",
        title: plural(appeals, "appeal is waiting", "appeals are waiting"),
        says: "Decided by someone who has not decided before",
        to: "/integrity/appeals",
        at: null,
      });
  }
  const students = forecast?.checks.find((check) => check.name === "Students" && check.ok === false);
  if (students)
    found.push({ tone: "warn", title: students.says, says: "Each with the action that fixes it", to: "/exams/today", at: null });
  for (const check of forecast?.checks.filter(
    (check) => check.ok === false && check.name !== "Students" && check.name !== "Incidents",
  ) ?? []) {
    if (check.to && !(check.to.startsWith("/database") && !may(role, "database.read")))
      found.push({
        tone: "warn",
        title: `${check.name}: ${check.says}`,
        says: "Part of every exam's readiness check",
        to: check.to,
        at: null,
      });
  }
  if (may(role, "database.act")) {
    const findings = (await attempt(findingsNow())) ?? [];
    const worst = findings.find((finding) => finding.evidence.some((evidence) => !evidence.mute));
    if (worst)
      found.push({
        tone: worst.level === "error" ? "bad" : "neutral",
        title: worst.title,
        says: worst.evidence[0]?.says ?? "",
        to: "/database/findings",
        at: null,
      });
  }
  if (may(role, "tenants.manage")) {
    const ending = await attempt(
      withReadScope(ctx, (inner) =>
        firstRow(
          inner.tx,
          sql`select count(*)::int as n, min(name) as name, min(subscription_expiry) as at
              from public.college
              where deleted_at is null
                and subscription_status in ('TRIAL', 'ACTIVE')
                and subscription_expiry between ${now} and ${new Date(now.getTime() + 72 * HOUR)}`,
          z.object({ n: z.number(), name: z.string().nullable(), at: z.date().nullable() }),
        ),
      ),
    );
    if (ending && ending.n > 0)
      found.push({
        tone: "neutral",
        title: ending.n === 1 ? `${ending.name ?? ""}: the subscription ends` : `${plural(ending.n, "subscription")} end`,
        says: "Within three days",
        to: "/tenants",
        at: ending.at,
      });
  }
  return found.slice(0, 8);
}

/** The standby as it truly is, for one figure. */
export async function standbyFigure(ctx: Ctx): Promise<{ value: string; note: string; bad: boolean } | null> {
  if (!may(ctx.actor.role, "database.read")) return null;
  const report = await attempt(
    replicationReport({ ctx, input: { from: new Date(ctx.clock.now().getTime() - HOUR), to: ctx.clock.now() } }),
  );
  const lag = report?.standbys[0]?.lag;
  if (!lag) return null;
  return {
    value: lag.seconds === null ? "not known" : seconds(lag.seconds),
    note: `${lag.bytes === null ? "" : `${bytes(lag.bytes)}. `}${lag.says}`,
    bad: lag.state === "receiver down" || lag.state === "unreachable" || (lag.seconds ?? 0) > 30,
  };
}
