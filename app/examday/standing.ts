import { createHash } from "node:crypto";
import { clockTime } from "~/platform/format.ts";
import type { Judged, Limits, Sitting, Verdict } from "./model.ts";

/** How long a forecast must have been better before its verdict is. */
const STEADY_MINUTES = 10;
/** Without a collector nothing is decided any more: then what is computed now says more than an old verdict. */
const STALE_MS = 15 * 60_000;
/** For how long a page still says what the verdict was. */
const REMEMBERED_MS = 3 * 3_600_000;

export type Standing = {
  verdict: Verdict;
  reasons: string[];
  short: Judged["short"];
  since: Date;
  /** Since when the forecast has been better than the verdict, and the worst it has been since then. */
  better: { since: Date; verdict: Verdict } | null;
  /** The worse verdict that this one replaced. */
  before: { verdict: Verdict; until: Date; reasons: string[] } | null;
  crowd: string;
  limits: Limits;
  decidedAt: Date;
};

export type Computed = Pick<Judged, "verdict" | "reasons" | "short">;

const ORDER: Verdict[] = ["HOLDS", "AT_RISK", "WILL_NOT_HOLD"];
const worse = (a: Verdict, b: Verdict) => ORDER.indexOf(a) > ORDER.indexOf(b);

const end = (exam: Sitting) => exam.start + exam.minutes * 60_000;

/**
 * Which exams are sat at the same time as each, and when: it changes when someone moves one, never by the noise of a
 * measurement. Exams of the same times share one.
 */
export function crowdsOf(exams: readonly Sitting[]): (exam: Sitting) => string {
  const known = new Map<string, string>();
  return (exam) => {
    const key = `${exam.start}+${exam.minutes}`;
    const crowd = known.get(key) ?? digestOf(exams.filter((other) => other.start < end(exam) && end(other) > exam.start));
    known.set(key, crowd);
    return crowd;
  };
}

const digestOf = (exams: readonly Sitting[]) =>
  createHash("sha256")
    .update(
      exams
        .map((exam) => `${exam.id} ${exam.start} ${exam.minutes}`)
        .sort()
        .join("\n"),
    )
    .digest("base64url")
    .slice(0, 22);

const changedLimit = (a: number | null, b: number | null) => a !== null && b !== null && a !== b;

/** Someone changed the calendar or the server, so what is computed now holds at once, in both directions. */
const isAnotherCase = (standing: Standing, crowd: string, limits: Limits) =>
  standing.crowd !== crowd ||
  changedLimit(standing.limits.connections, limits.connections) ||
  changedLimit(standing.limits.cores, limits.cores);

type Reading = { computed: Computed; crowd: string; limits: Limits; now: Date };

/** The verdict after one more computation: worse at once, better only after it has been better for ten minutes. */
export function decide(standing: Standing | null, { computed, crowd, limits, now }: Reading): Standing {
  const { verdict, reasons, short } = computed;
  const known: Limits = {
    connections: limits.connections ?? standing?.limits.connections ?? null,
    cores: limits.cores ?? standing?.limits.cores ?? null,
  };
  const facts = { crowd, limits: known, decidedAt: now };
  if (!standing || isAnotherCase(standing, crowd, limits)) {
    const before = standing && worse(standing.verdict, verdict) ? beforeOf(standing, now) : null;
    return { verdict, reasons, short, since: now, better: null, before, ...facts };
  }
  if (worse(verdict, standing.verdict)) return { verdict, reasons, short, since: now, better: null, before: null, ...facts };
  if (verdict === standing.verdict) return { ...standing, reasons, short, better: null, ...facts };
  const was = standing.better;
  const better = { since: was?.since ?? now, verdict: was && worse(was.verdict, verdict) ? was.verdict : verdict };
  if (now.getTime() - better.since.getTime() < STEADY_MINUTES * 60_000) return { ...standing, better, ...facts };
  // What has held all the time is what stands; where it was better still for a part of it, that goes on being watched.
  const rest = better.verdict === verdict ? null : { since: now, verdict };
  const shown = rest ? { reasons: standing.reasons, short: standing.short } : { reasons, short };
  return { verdict: better.verdict, ...shown, since: now, better: rest, before: beforeOf(standing, now), ...facts };
}

const beforeOf = (standing: Standing, until: Date) => ({ verdict: standing.verdict, until, reasons: standing.reasons });

/** What a page shows: the verdict that stands, where there is one of this case; else what was just computed. */
export function applicable(standing: Standing | undefined, crowd: string, now: Date): Standing | null {
  if (!standing || standing.crowd !== crowd) return null;
  return now.getTime() - standing.decidedAt.getTime() < STALE_MS ? standing : null;
}

const NAMES: Record<Verdict, string> = { HOLDS: "holding", AT_RISK: "at risk", WILL_NOT_HOLD: "not holding" };

/** What was, or what is about to be: a verdict that changed says when, and why it was another. */
export function verdictNote(standing: Standing | null, now: Date, zone: string): string | null {
  if (!standing) return null;
  const { better, before } = standing;
  if (better)
    return `The forecast has been better since ${clockTime(better.since, zone)}; the verdict follows once that has lasted ${STEADY_MINUTES} minutes.`;
  if (!before || now.getTime() - before.until.getTime() > REMEMBERED_MS) return null;
  const why = before.reasons.length > 0 ? `, because of ${before.reasons.join(" and ")}` : "";
  return `Was ${NAMES[before.verdict]} until ${clockTime(before.until, zone)}${why}.`;
}
