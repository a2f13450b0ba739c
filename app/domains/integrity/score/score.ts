import { EVIDENCE, isEvidence, isSignal, SCORED_TYPES, SIGNALS, weighable, type EvidenceKind } from "../signals.ts";

/** What one occurrence is worth in this exam, and how many are counted. */
export type Weight = { points: number; cap: number };
export type Weights = Record<string, Weight>;

export type Counted = { type: string; count: number; incident: number | null };

/** Found by the analysis of the whole exam; `with` is the other candidate's number where there is one. */
export type Evidence = {
  kind: EvidenceKind;
  count: number;
  points: number;
  with?: number;
  detail?: string;
  /** How many pairs as alike chance gives in the whole exam. */
  expected?: number;
  /** The method of the comparison that found it. */
  method?: number;
};

/** As stored with a review. `incident`: explained by one of ours, visible and worth nothing. `ignored`: an accommodation. */
export type Reason = {
  signal: string;
  count: number;
  points: number;
  incident?: number;
  ignored?: boolean;
  with?: number;
  detail?: string;
  expected?: number;
  method?: number;
};

export type Score = { score: number; reasons: Reason[]; violations: number };

export const MAX_POINTS = 100;
const MAX_CAP = 1000;

/** Weights as stored, or typed by anyone: what is not a number from 0 to 100 is left at its default. */
export function weightsOf(stored: unknown): Weights {
  const given = stored !== null && typeof stored === "object" ? (stored as Record<string, unknown>) : {};
  const number = (value: unknown, max: number, fallback: number) =>
    typeof value === "number" && Number.isFinite(value) && value >= 0 && value <= max ? Math.round(value) : fallback;
  const all: [string, Weight][] = [
    ...Object.entries(SIGNALS)
      .filter(([type]) => SCORED_TYPES.includes(type))
      .map(([type, { points, cap }]): [string, Weight] => [type, { points, cap }]),
    ...Object.entries(EVIDENCE)
      .filter(([type]) => weighable(type as EvidenceKind))
      .map(([type, { points }]): [string, Weight] => [type, { points, cap: 1 }]),
  ];
  return Object.fromEntries(
    all.map(([type, standard]) => {
      const own = given[type];
      if (typeof own === "number") return [type, { points: number(own, MAX_POINTS, standard.points), cap: standard.cap }];
      if (own === null || typeof own !== "object") return [type, standard];
      const { points, cap } = own as { points?: unknown; cap?: unknown };
      return [type, { points: number(points, MAX_POINTS, standard.points), cap: number(cap, MAX_CAP, standard.cap) }];
    }),
  );
}

/** A number with its reasons; never a verdict. Every signal appears, also those that count nothing. */
export function scoreOf(work: {
  counts: readonly Counted[];
  evidence: readonly Evidence[];
  weights: Weights;
  ignored: readonly string[];
}): Score {
  const reasons: Reason[] = [];
  let violations = 0;
  const ignored = new Set(work.ignored);
  for (const { type, count, incident } of work.counts) {
    if (!isSignal(type) || !(count > 0)) continue;
    const weight = work.weights[type] ?? SIGNALS[type];
    if (weight.points === 0 && incident === null) {
      if (SIGNALS[type].violation && !ignored.has(type)) violations += count;
      continue;
    }
    if (incident !== null) reasons.push({ signal: type, count, points: 0, incident });
    else if (ignored.has(type)) reasons.push({ signal: type, count, points: 0, ignored: true });
    else {
      if (SIGNALS[type].violation) violations += count;
      reasons.push({ signal: type, count, points: Math.min(count, weight.cap) * weight.points });
    }
  }
  for (const found of work.evidence) {
    const standard = EVIDENCE[found.kind].points;
    const weight = work.weights[found.kind]?.points ?? standard;
    // The analysis may say that less than the whole applies; the exam's own weight scales it.
    const points = standard > 0 ? Math.round((found.points / standard) * weight) : 0;
    reasons.push({
      signal: found.kind,
      count: found.count,
      points: ignored.has(found.kind) ? 0 : points,
      ...(ignored.has(found.kind) ? { ignored: true } : {}),
      ...(found.with === undefined ? {} : { with: found.with }),
      ...(found.detail === undefined ? {} : { detail: found.detail }),
      ...(found.expected === undefined ? {} : { expected: found.expected }),
      ...(found.method === undefined ? {} : { method: found.method }),
    });
  }
  reasons.sort((a, b) => b.points - a.points || a.signal.localeCompare(b.signal) || (a.incident ?? 0) - (b.incident ?? 0));
  return {
    score: Math.min(
      100,
      reasons.reduce((sum, reason) => sum + reason.points, 0),
    ),
    reasons,
    violations,
  };
}

const many = (count: number, one: string) => {
  if (count === 1) return /^[aeiou]/.test(one) ? `an ${one}` : `a ${one}`;
  return `${count} ${PLURALS[one] ?? `${one}s`}`;
};

const PLURALS: Record<string, string> = {
  copy: "copies",
  "tab switch": "tab switches",
  "focus loss": "focus losses",
  "exit from full screen": "exits from full screen",
  "change of network address": "changes of network address",
  "change of browser": "changes of browser",
  "change of device": "changes of device",
  "developer tools": "openings of developer tools",
  "phone in view": "times a phone in view",
  "burst of saves": "bursts of saves",
  "look away": "looks away",
  speech: "times speech",
  "network restored": "returns of the network",
};

/** A number of pairs, small ones with the digits that matter. */
export function sayExpected(pairs: number): string {
  if (pairs < 0.001) return "fewer than 0.001";
  return pairs < 10 ? String(Number(pairs.toPrecision(2))) : String(Math.round(pairs));
}

/** A reason as a person on a committee reads it. */
export function sayReason(reason: Reason): string {
  if (isEvidence(reason.signal)) {
    const n = reason.count;
    const said: Record<EvidenceKind, string> = {
      IDENTICAL_ERRORS: `${n} identical wrong ${n === 1 ? "answer" : "answers"} with ${reason.with ? `candidate ${reason.with}` : "one other"}${reason.expected === undefined ? "" : ` (${sayExpected(reason.expected)} such pairs expected by chance ${reason.detail === "neighbours" ? "among those who sat side by side" : "in this exam"})`}`,
      TOO_QUICK: `${n} answers too quick to have been read`,
      QUICK_BLOCK: `${n} answers in a row at impossible speed`,
      SHARED_DEVICE: `device shared with ${n === 1 ? "another account" : `${n} other accounts`}`,
      ALIKE_TO_GROUP: `answers like those of ${reason.with ? `candidate ${reason.with}` : "somebody"}, who is in a flagged group: weaker, only because it touches the group`,
      PATTERNED_ANSWERS:
        reason.detail === "run"
          ? `${n} answers in a row with one letter, not compared with others`
          : `all ${n} answers in a repeating pattern, not compared with others`,
      SHARED_ADDRESS: `network address shared with ${n === 1 ? "one other candidate" : `${n} other candidates`}`,
      OVERLAPPING_ATTEMPTS:
        n === 1 ? "another attempt of this account at the same time" : `${n} attempts of this account at the same time`,
    };
    return capital(said[reason.signal]);
  }
  const base = isSignal(reason.signal)
    ? many(reason.count, SIGNALS[reason.signal].label)
    : `${reason.count} signals of an unknown kind`;
  if (reason.incident !== undefined) return capital(`${base} during incident #${reason.incident}`);
  if (reason.ignored) return capital(`${base}, which do not apply to this student`);
  return capital(base);
}

/** Several, as one sentence. */
export const sayReasons = (reasons: readonly Reason[]): string =>
  capital(reasons.map((reason) => sayReason(reason).replace(/^./, (first) => first.toLowerCase())).join(", "));

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);
