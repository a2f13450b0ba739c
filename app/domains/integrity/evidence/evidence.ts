import { cellsOf, statisticsOf, type Cell, type ExamStatistics, type RawSheets } from "~/domains/exams/analysis/sheets.ts";
import { analyse, type Analysis } from "../collusion/analyse.ts";
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
  /** Only attempts about which there is something to say. */
  attempts: Record<string, Evidence[]>;
  /** Attempt ids in the order that pairs and rings count them. */
  order: string[];
};

/** Everything that the answers of one exam say, in one pass; runs in a thread. */
export function findingsOf(raw: RawSheets): ExamFindings {
  const cells = raw.attempts.map((attempt) => cellsOf(attempt.cells));
  const collusion = analyse(
    closedResponses(raw, cells),
    raw.attempts.map((attempt) => attempt.user_id),
  );
  const attempts: Record<string, Evidence[]> = {};
  const say = (index: number, evidence: Evidence) => (attempts[raw.attempts[index]!.id] ??= []).push(evidence);

  const partner = new Map<number, { other: number; eeic: number }>();
  for (const pair of collusion.found.filter((one) => one.flagged))
    for (const [mine, other] of [
      [pair.a, pair.b],
      [pair.b, pair.a],
    ] as const)
      if (!partner.has(mine)) partner.set(mine, { other, eeic: pair.eeic });
  for (const [mine, { other, eeic }] of partner)
    say(mine, {
      kind: "IDENTICAL_ERRORS",
      count: eeic,
      points: EVIDENCE.IDENTICAL_ERRORS.points,
      with: raw.attempts[other]!.candidate_no,
    });

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
  return { statistics: statisticsOf(raw, cells), collusion, attempts, order: raw.attempts.map((attempt) => attempt.id) };
}

/** Items with exactly one key and at least two options; an item without a key can't be answered wrong. */
function closedItems(raw: RawSheets): number[] {
  return raw.items.flatMap((item, index) =>
    item.options.length >= 2 && item.options.length <= 120 && item.options.filter((option) => option.correct).length === 1
      ? [index]
      : [],
  );
}

function closedResponses(raw: RawSheets, cells: Cell[][]) {
  const closed = closedItems(raw);
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
