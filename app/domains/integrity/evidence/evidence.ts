import { cellsOf, statisticsOf, type Cell, type ExamStatistics, type RawSheets } from "~/domains/exams/analysis/sheets.ts";
import { analyse, type Analysis } from "../collusion/analyse.ts";
import { METHOD } from "../collusion/method.ts";
import { responsesOf } from "../collusion/responses.ts";
import { tempoOf, thresholds, type Timed } from "../collusion/response-times.ts";
import type { Evidence } from "../score/score.ts";
import { EVIDENCE } from "../signals.ts";

/** More people than this behind one address are a room or a provider, not a coincidence. */
const ROOM = 4;
const QUICK_SHARE = 0.1;
const QUICK_LEAST = 3;
const BLOCK_LEAST = 5;

export type ExamFindings = {
  statistics: ExamStatistics;
  collusion: Analysis;
  /** Ids of the questions whose key looks wrong. */
  leftOut: string[];
  /** Only attempts about which there is something to say. */
  attempts: Record<string, Evidence[]>;
  /** Attempt ids in the order that pairs and rings count them. */
  order: string[];
};

/** Everything that the answers of one exam say, in one pass; runs in a thread. */
export function findingsOf(raw: RawSheets): ExamFindings {
  const cells = raw.attempts.map((attempt) => cellsOf(attempt.cells));
  const closed = closedItems(raw);
  const collusion = analyse(
    closedResponses(raw, closed, cells),
    raw.attempts.map((attempt) => attempt.user_id),
  );
  const attempts: Record<string, Evidence[]> = {};
  const say = (index: number, evidence: Evidence) => (attempts[raw.attempts[index]!.id] ??= []).push(evidence);
  sayAlike(raw, collusion, say);
  for (const { student, kind, answers } of collusion.patterned)
    say(student, { kind: "PATTERNED_ANSWERS", count: answers, points: 0, ...(kind === "run" ? { detail: "run" } : {}) });

  const timed = cells.map((row) =>
    row.flatMap((cell): Timed[] => (cell.seconds === null ? [] : [{ item: cell.item, seconds: cell.seconds }])),
  );
  const limits = thresholds(raw.items.length, timed);
  timed.forEach((answers, index) => {
    const tempo = tempoOf(answers, limits);
    if (tempo.quick >= QUICK_LEAST && tempo.share >= QUICK_SHARE)
      say(index, { kind: "TOO_QUICK", count: tempo.quick, points: EVIDENCE.TOO_QUICK.points });
    if (tempo.block >= BLOCK_LEAST) say(index, { kind: "QUICK_BLOCK", count: tempo.block, points: EVIDENCE.QUICK_BLOCK.points });
  });

  for (const [index, others] of shared(raw, "fingerprint"))
    say(index, { kind: "SHARED_DEVICE", count: others, points: EVIDENCE.SHARED_DEVICE.points });
  for (const [index, others] of shared(raw, "address"))
    if (others < ROOM) say(index, { kind: "SHARED_ADDRESS", count: others, points: EVIDENCE.SHARED_ADDRESS.points });
  raw.attempts.forEach((attempt, index) => {
    if (attempt.overlaps > 0)
      say(index, { kind: "OVERLAPPING_ATTEMPTS", count: attempt.overlaps, points: EVIDENCE.OVERLAPPING_ATTEMPTS.points });
  });
  return {
    statistics: statisticsOf(raw, cells),
    collusion,
    leftOut: collusion.leftOut.map((item) => raw.items[closed[item]!]!.id),
    attempts,
    order: raw.attempts.map((attempt) => attempt.id),
  };
}

/** Each attempt's least likely pair; who is only alike to a member of a group is told so, and it is worth nothing. */
function sayAlike(raw: RawSheets, collusion: Analysis, say: (index: number, evidence: Evidence) => void): void {
  const told = new Set<number>();
  for (const pair of collusion.found) {
    if (!pair.flagged && pair.nearGroup === null) continue;
    for (const [mine, other] of [
      [pair.a, pair.b],
      [pair.b, pair.a],
    ] as const) {
      if (told.has(mine)) continue;
      told.add(mine);
      const kind = pair.flagged ? "IDENTICAL_ERRORS" : "ALIKE_TO_GROUP";
      say(mine, {
        kind,
        count: pair.eeic,
        points: EVIDENCE[kind].points,
        with: raw.attempts[other]!.candidate_no,
        expected: pair.flagged ? pair.expected : pair.nearGroup!,
        method: METHOD,
      });
    }
  }
}

/** Items with exactly one key and at least two options; an item without a key can't be answered wrong. */
function closedItems(raw: RawSheets): number[] {
  return raw.items.flatMap((item, index) =>
    item.options.length >= 2 && item.options.length <= 120 && item.options.filter((option) => option.correct).length === 1
      ? [index]
      : [],
  );
}

function closedResponses(raw: RawSheets, closed: number[], cells: Cell[][]) {
  const column = new Map(closed.map((index, at) => [index, at]));
  const picks = cells.map((row) => {
    const own = closed.map((): number | null => null);
    for (const cell of row) {
      const at = column.get(cell.item);
      if (at !== undefined) own[at] = cell.option;
    }
    return own;
  });
  return responsesOf(
    picks,
    closed.map((index) => raw.items[index]!.options.length),
    closed.map((index) => raw.items[index]!.options.findIndex((option) => option.correct)),
  );
}

/** How many other accounts have the same value; a person's own second attempt is no other account. */
function shared(raw: RawSheets, field: "fingerprint" | "address"): [index: number, others: number][] {
  const people = new Map<string, Set<string>>();
  for (const attempt of raw.attempts) {
    const value = attempt[field];
    if (value) people.set(value, (people.get(value) ?? new Set()).add(attempt.user_id));
  }
  return raw.attempts.flatMap((attempt, index): [number, number][] => {
    const others = (people.get(attempt[field] ?? "")?.size ?? 1) - 1;
    return others > 0 ? [[index, others]] : [];
  });
}
