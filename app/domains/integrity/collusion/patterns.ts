import { BLANK, type Responses } from "./responses.ts";

/**
 * Answers given without reading the questions: one letter throughout, ABCDABCD, or the rest of the paper filled with one
 * letter. Two who do so agree, and have agreed on nothing: their answers take no part in the comparison.
 */
export type Patterned = {
  student: number;
  /** `whole`: the sheet repeats `period` letters. `run`: only these answers, one letter in a row. */
  kind: "whole" | "run";
  period: number;
  answers: number;
};

const LONGEST_PERIOD = 5;
const WHOLE_SHARE = 0.9;
/** As many answers as make a pattern of this length more than luck. */
const LEAST_ANSWERS = 10;
const REPEATS = 4;
const LEAST_RUN = 9;
/** Whoever answers like the key may look like a pattern where the key does. */
const AS_THE_KEY = 0.7;

/** The period, if answers given in order repeat so few letters. */
function periodOf(picks: readonly number[], right: number): number | null {
  if (picks.length < LEAST_ANSWERS || right > AS_THE_KEY * picks.length) return null;
  for (let period = 1; period <= LONGEST_PERIOD && period * REPEATS <= picks.length; period++) {
    let same = 0;
    for (let phase = 0; phase < period; phase++) {
      const counts = new Map<number, number>();
      for (let at = phase; at < picks.length; at += period) counts.set(picks[at]!, (counts.get(picks[at]!) ?? 0) + 1);
      same += Math.max(0, ...counts.values());
    }
    if (same >= WHOLE_SHARE * picks.length) return period;
  }
  return null;
}

/** Runs of one letter that are wrong too often to be what the student knows. */
function runsOf(r: Responses, student: number): number[] {
  const found: number[] = [];
  let run: number[] = [];
  let right = 0;
  const close = () => {
    if (run.length >= LEAST_RUN && right <= AS_THE_KEY * run.length) found.push(...run);
    run = [];
    right = 0;
  };
  let last = BLANK;
  for (let i = 0; i < r.items; i++) {
    const pick = r.picks[student * r.items + i]!;
    if (pick === BLANK || r.options[i]! < 3) continue;
    if (pick !== last) close();
    last = pick;
    run.push(i);
    if (pick === r.key[i]) right++;
  }
  close();
  return found;
}

/** What is left to compare, and whose answers were taken out. */
export function withoutPatterns(r: Responses): { rest: Responses; patterned: Patterned[] } {
  const patterned: Patterned[] = [];
  const picks = r.picks.slice();
  for (let student = 0; student < r.students; student++) {
    const given: number[] = [];
    let right = 0;
    for (let i = 0; i < r.items; i++) {
      const pick = r.picks[student * r.items + i]!;
      if (pick === BLANK) continue;
      given.push(pick);
      if (pick === r.key[i]) right++;
    }
    const period = periodOf(given, right);
    if (period !== null) {
      patterned.push({ student, kind: "whole", period, answers: given.length });
      picks.fill(BLANK, student * r.items, (student + 1) * r.items);
      continue;
    }
    const run = runsOf(r, student);
    if (run.length === 0) continue;
    patterned.push({ student, kind: "run", period: 1, answers: run.length });
    for (const item of run) picks[student * r.items + item] = BLANK;
  }
  return { rest: patterned.length > 0 ? { ...r, picks } : r, patterned };
}
