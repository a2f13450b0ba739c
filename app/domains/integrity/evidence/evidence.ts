import { cellsOf, statisticsOf, type Cell, type ExamStatistics, type RawSheets } from "~/domains/exams/analysis/sheets.ts";
import { EXPECTED_LIMIT, type Analysis, type Pair } from "../collusion/analyse.ts";
import { METHOD } from "../collusion/method.ts";
import { analyseChecked, type HonestCheck } from "../collusion/rerun.ts";
import { personalIndices, type Fit, type OneWay } from "../collusion/personal/of-exam.ts";
import { responsesOf, type Responses } from "../collusion/responses.ts";
import { tempoOf, thresholds, type Timed } from "../collusion/response-times.ts";
import type { Evidence } from "../score/score.ts";
import { neighboursOf, type Seat } from "../seating/neighbours.ts";
import { EVIDENCE } from "../signals.ts";

/** More people than this behind one address are a room or a provider, not a coincidence. */
const ROOM = 4;
const QUICK_SHARE = 0.1;
const QUICK_LEAST = 3;
const BLOCK_LEAST = 5;

export type ExamFindings = {
  statistics: ExamStatistics;
  collusion: Analysis;
  /** What the exam's own re-runs without copying say of the rule; null where there is nothing to compare. */
  check: HonestCheck | null;
  /** Of the flagged pairs and their members only: nobody else has such a figure. */
  personal: Personal | null;
  /** Ids of the questions whose key looks wrong. */
  leftOut: string[];
  /** Only attempts about which there is something to say. */
  attempts: Record<string, Evidence[]>;
  /** Attempt ids in the order that pairs and rings count them. */
  order: string[];
};

export type Personal = {
  pairs: { a: string; b: string; ofA: OneWay; ofB: OneWay }[];
  fit: Record<string, Fit>;
};

export type Given = {
  /** Of the re-runs; it is stored with what they say. */
  seed: number;
  /** Fewer expected pairs than this stand out. */
  limit: number;
  /** Where each person sat, where that is known. */
  seats: Record<string, Seat>;
};

/** Everything that the answers of one exam say, in one pass; runs in a thread. */
export function findingsOf(
  raw: RawSheets,
  given: Given = { seed: 1, limit: EXPECTED_LIMIT, seats: {} },
  progress?: (done: number, total: number) => void,
): ExamFindings {
  const cells = raw.attempts.map((attempt) => cellsOf(attempt.cells));
  const closed = closedItems(raw);
  const responses = closedResponses(raw, closed, cells);
  const people = raw.attempts.map((attempt) => attempt.user_id);
  const { analysis: collusion, check } = analyseChecked(
    responses,
    people,
    { seed: given.seed, limit: given.limit, neighbours: neighboursOf(people.map((person) => given.seats[person] ?? null)) },
    progress,
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
    check,
    personal: personalOf(raw, responses, collusion),
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
        ...expectedOf(pair, collusion.limit),
        method: METHOD,
      });
    }
  }
}

function personalOf(raw: RawSheets, responses: Responses, { found }: Analysis): Personal | null {
  const flagged = found.filter((pair) => pair.flagged);
  const members = [...new Set(flagged.flatMap((pair) => [pair.a, pair.b]))];
  const indices = members.length > 0 ? personalIndices(responses, flagged, members) : null;
  const idOf = (index: number) => raw.attempts[index]!.id;
  return (
    indices && {
      pairs: indices.pairs.map(({ a, b, ofA, ofB }) => ({ a: idOf(a), b: idOf(b), ofA, ofB })),
      fit: Object.fromEntries([...indices.fit].map(([student, fit]) => [idOf(student), fit])),
    }
  );
}

/** The figure that flagged the pair, and among whom it counts: all pairs, or those who sat beside each other. */
function expectedOf(pair: Pair, limit: number): { expected: number; detail?: string } {
  if (!pair.flagged) return { expected: pair.nearGroup! };
  const beside = pair.amongNeighbours !== null && pair.expected > pair.amongNeighbours && pair.expected >= limit;
  return beside ? { expected: pair.amongNeighbours!, detail: "neighbours" } : { expected: pair.expected };
}

/** Items with exactly one key and at least two options; an item without a key can't be answered wrong. */
function closedItems(raw: RawSheets): number[] {
  return raw.items.flatMap((item, index) =>
    item.options.length >= 2 && item.options.length <= 120 && item.options.filter((option) => option.correct).length === 1
      ? [index]
      : [],
  );
}

function closedResponses(raw: RawSheets, closed: number[], cells: Cell[][]): Responses {
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
