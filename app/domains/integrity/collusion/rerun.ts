import { analyse, comparable, EXPECTED_LIMIT, MIN_ERRORS, type Analysis, type Settings } from "./analyse.ts";
import { chancesOf } from "./gbt.ts";
import { seeded } from "./random.ts";
import { BLANK, MIN_COMMON, type Responses } from "./responses.ts";

/**
 * An exam checked against itself: the same analysis of made-up sheets of this very exam, on which nobody copied. Each
 * candidate keeps their ability and what they left blank; each answer is drawn by itself, with the chances that the options of
 * that question have among candidates of that ability. Whatever is flagged there is false.
 *
 * What the re-runs do not hold: candidates who were taught the same error. Only ability links two made-up sheets.
 */
export type HonestCheck = {
  runs: number;
  /** Run k draws with seed + k: anyone can make the same sheets again. */
  seed: number;
  /** Pairs flagged by the rule in all re-runs together, and in how many of them there was any. */
  falsePairs: number;
  runsWithAny: number;
  /** What the rule allows, and the stricter figure that was used where the re-runs asked for one. */
  rule: number;
  used: number;
};

const MOST_RUNS = 20;
/** Large exams are run again less often: so many pairs are compared in all. */
const MOST_PAIRS = 60_000_000;
const LEAST_RUNS = 2;

export const runsFor = (pairs: number): number =>
  Math.max(LEAST_RUNS, Math.min(MOST_RUNS, Math.floor(MOST_PAIRS / Math.max(1, pairs))));

type Exam = { responses: Responses; people?: readonly string[]; settings: Settings };

/** The exam without what takes no part in the comparison; whoever is gone takes their seat along. */
function compared({ responses, people, settings }: Exam): Exam {
  const { used, patterned, leftOut } = comparable(responses);
  const gone = new Set(patterned.flatMap((found) => (found.kind === "whole" ? [found.student] : [])));
  const students = Array.from({ length: used.students }, (_, student) => student).filter((student) => !gone.has(student));
  const items = Array.from({ length: used.items }, (_, item) => item).filter((item) => !leftOut.includes(item));
  const picks = new Int8Array(students.length * items.length);
  students.forEach((student, row) =>
    items.forEach((item, column) => (picks[row * items.length + column] = used.picks[student * used.items + item]!)),
  );
  const rowOf = new Map(students.map((student, row) => [student, row]));
  return {
    responses: {
      students: students.length,
      items: items.length,
      options: Uint8Array.from(items, (item) => used.options[item]!),
      key: Int8Array.from(items, (item) => used.key[item]!),
      picks,
    },
    ...(people ? { people: students.map((student) => people[student]!) } : {}),
    settings: {
      ...settings,
      neighbours: (settings.neighbours ?? []).flatMap(([a, b]): [number, number][] => {
        const ends = [rowOf.get(a), rowOf.get(b)];
        return ends[0] !== undefined && ends[1] !== undefined ? [[ends[0], ends[1]]] : [];
      }),
    },
  };
}

/** Draws sheets of this exam on which nobody copied. */
export function honestSheets(r: Responses): (seed: number) => Responses {
  const { groupOf, curves } = chancesOf(r);
  return (seed) => {
    const random = seeded(seed);
    const picks = new Int8Array(r.picks.length).fill(BLANK);
    for (let s = 0; s < r.students; s++)
      for (let i = 0; i < r.items; i++) {
        if (r.picks[s * r.items + i] === BLANK) continue;
        const at = (groupOf[s]! * r.items + i) * curves.width;
        let left = random();
        let option = 0;
        while (option < r.options[i]! - 1 && (left -= curves.p[at + option]!) >= 0) option++;
        picks[s * r.items + i] = option;
      }
    return { ...r, picks };
  };
}

/** The least expected counts of one re-run's pairs, which the rule or a stricter one would flag. */
const tailOf = (analysis: Analysis): number[] =>
  analysis.found.filter((pair) => pair.eeic >= MIN_ERRORS && pair.common >= MIN_COMMON).map((pair) => pair.weighted);

/** How many false pairs all re-runs together may have; the limit is where the next one begins. */
function strictest(tails: number[], rule: number, runs: number): number {
  const allowed = Math.floor(EXPECTED_LIMIT * runs + 1e-9);
  const next = tails.sort((x, y) => x - y)[allowed];
  return next === undefined ? rule : Math.min(rule, next);
}

export function checkHonest(
  responses: Responses,
  people: readonly string[] | undefined,
  settings: Settings & { seed: number },
  progress: (done: number, runs: number) => void = () => undefined,
): HonestCheck {
  const { seed, ...rest } = settings;
  const rule = rest.limit ?? EXPECTED_LIMIT;
  const exam = compared({ responses, settings: rest, ...(people ? { people } : {}) });
  const draw = honestSheets(exam.responses);
  const runs = runsFor((exam.responses.students * (exam.responses.students - 1)) / 2);
  const tails: number[] = [];
  let falsePairs = 0;
  let runsWithAny = 0;
  for (let run = 0; run < runs; run++) {
    const tail = tailOf(analyse(draw(seed + run), exam.people, exam.settings));
    const flagged = tail.filter((weighted) => weighted < rule).length;
    falsePairs += flagged;
    if (flagged > 0) runsWithAny++;
    tails.push(...tail);
    progress(run + 1, runs);
  }
  return { runs, seed, falsePairs, runsWithAny, rule, used: strictest(tails, rule, runs) };
}

/** The analysis by the rule, or by the stricter limit that this exam's own re-runs ask for. */
export function analyseChecked(
  responses: Responses,
  people: readonly string[] | undefined,
  settings: Settings & { seed: number },
  progress?: (done: number, runs: number) => void,
): { analysis: Analysis; check: HonestCheck | null } {
  const first = analyse(responses, people, settings);
  if (first.silent) return { analysis: first, check: null };
  const check = checkHonest(responses, people, settings, progress);
  if (check.used >= check.rule) return { analysis: first, check };
  return { analysis: analyse(responses, people, { ...settings, limit: check.used }), check };
}
