import { analyse, type Analysis } from "../../app/domains/integrity/collusion/analyse.ts";
import { checkHonest } from "../../app/domains/integrity/collusion/rerun.ts";
import { cohort, plantCopying, type CohortOptions, type Sources } from "../fixtures/cohort.ts";
import type { Row } from "./similarity.ts";

/** Cohorts in which nobody copied: whatever is flagged here is false. */
const HONEST: [name: string, given: Omit<CohortOptions, "seed">][] = (() => {
  const size = { students: 2000, items: 60 };
  const both = (name: string, given: Partial<CohortOptions> = {}): [string, Omit<CohortOptions, "seed">][] => [
    [`${name}, generated items`, { ...size, ...given, kind: "generated" }],
    [`${name}, realistic items`, { ...size, ...given, kind: "realistic" }],
  ];
  return [
    ...both("independent"),
    ...both("5 % leave the last 10-40 % blank", { blankTail: { share: 0.05, least: 0.1, most: 0.4 } }),
    ...both("20 % leave the last 25-75 % blank", { blankTail: { share: 0.2, least: 0.25, most: 0.75 } }),
    ...both("40 teachers, strong local effects", { teachers: { count: 40, itemShare: 0.3, logits: 2.5 } }),
    ...both("5 items miskeyed", { miskeyed: 5 }),
    ...both("1 % answer one letter throughout", { straightLiners: 0.01 }),
    ...both("5 % fill the last 40 % with one letter", { fillers: 0.05 }),
    ...both("top 5 % far above the others", { strong: 0.05 }),
    ["30 students, 20 items", { students: 30, items: 20, kind: "realistic" }],
    ["200 students, 40 items", { students: 200, items: 40, kind: "realistic" }],
  ];
})();

const argument = (name: string, fallback: number): number => {
  const at = process.argv.indexOf(name);
  const given = at >= 0 ? Number(process.argv[at + 1]) : fallback;
  if (!Number.isInteger(given) || given < 1) throw new Error(`${name}: a whole number above 0`);
  return given;
};

const falsePairs = (analysis: Analysis) => analysis.found.filter((pair) => pair.flagged).length;

function honest(exams: number): Row[] {
  return HONEST.flatMap(([name, given], row): Row[] => {
    let pairs = 0;
    let touched = 0;
    for (let exam = 0; exam < exams; exam++) {
      const found = falsePairs(analyse(cohort({ ...given, seed: 1 + row * 1000 + exam }).responses));
      pairs += found;
      if (found > 0) touched++;
    }
    process.stderr.write(`${name}: ${pairs} in ${exams} exams\n`);
    return [
      { metric: `false pairs an exam: ${name}`, value: pairs / exams, unit: "pairs", aim: "at most 0.05" },
      { metric: "  exams with any", value: (100 * touched) / exams, unit: "%" },
    ];
  });
}

/** Of the pairs that copied, how many are flagged: ten pairs, or three rings of four, in an exam of 2,000. */
function planted(exams: number): Row[] {
  const rows: Row[] = [];
  for (const size of [2, 4])
    for (const sources of ["random", "weak", "strong"] as Sources[])
      for (const share of [0.2, 0.4, 0.6]) {
        let copied = 0;
        let caught = 0;
        let others = 0;
        for (let exam = 0; exam < exams; exam++) {
          const seed = 70_000 + exam;
          const made = cohort({ students: 2000, items: 60, seed, kind: exam % 2 ? "realistic" : "generated" });
          const groups = plantCopying(made, { groups: size === 2 ? 10 : 3, size, share, sources, seed });
          const groupOf = new Map(groups.flatMap((group, at) => group.map((student) => [student, at] as const)));
          copied += groups.reduce((sum, group) => sum + group.length - 1, 0);
          for (const pair of analyse(made.responses).found) {
            if (!pair.flagged) continue;
            const at = groupOf.get(pair.a);
            if (at === undefined || at !== groupOf.get(pair.b)) others++;
            // The source is a group's first.
            else if (groups[at]![0] === pair.a || groups[at]![0] === pair.b) caught++;
          }
        }
        const name = `${size === 2 ? "pairs" : "rings of 4"}, ${share * 100} % copied, ${sources} source`;
        rows.push({ metric: `power: ${name}`, value: (100 * caught) / copied, unit: "%" });
        if (others > 0) rows.push({ metric: "  innocent pairs flagged an exam", value: others / exams, unit: "pairs" });
      }
  return rows;
}

const ROW = 50;

/** Forty rows of fifty: each has a neighbour on the right, one behind, and two aslant. */
function neighboursOf(students: number): [number, number][] {
  const found: [number, number][] = [];
  for (let s = 0; s < students; s++)
    for (const [down, right] of [
      [0, 1],
      [1, -1],
      [1, 0],
      [1, 1],
    ] as const) {
      const column = (s % ROW) + right;
      const other = s + down * ROW + right;
      if (column >= 0 && column < ROW && other < students) found.push([s, other]);
    }
  return found;
}

/** Of the pairs who copied from their neighbour on the right, how many are flagged without and with a seating plan. */
function seated(exams: number): Row[] {
  const neighbours = neighboursOf(2000);
  const honest = { pairs: 0 };
  const rows = [0.3, 0.4, 0.6].flatMap((share): Row[] => {
    const caught = { without: 0, with: 0 };
    let copied = 0;
    for (let exam = 0; exam < exams; exam++) {
      const made = cohort({ students: 2000, items: 60, seed: 80_000 + exam, kind: exam % 2 ? "realistic" : "generated" });
      if (share === 0.3) honest.pairs += falsePairs(analyse(made.responses, undefined, { neighbours }));
      const { picks, items } = made.responses;
      for (let s = 0; s < 2000; s += 200, copied++)
        for (let i = 0; i < items; i++)
          if (((i * 37 + exam * 11 + s) % 100) / 100 < share) picks[(s + 1) * items + i] = picks[s * items + i]!;
      for (const kind of ["without", "with"] as const)
        caught[kind] += analyse(made.responses, undefined, kind === "with" ? { neighbours } : {}).found.filter(
          (pair) => pair.flagged && pair.a % 200 === 0 && pair.b === pair.a + 1,
        ).length;
    }
    const name = `power: a neighbour's ${share * 100} %`;
    return [
      { metric: `${name}, no seating plan`, value: (100 * caught.without) / copied, unit: "%" },
      { metric: `${name}, with one`, value: (100 * caught.with) / copied, unit: "%" },
    ];
  });
  return [
    ...rows,
    { metric: "false pairs an exam: with a seating plan", value: honest.pairs / exams, unit: "pairs", aim: "at most 0.05" },
  ];
}

/** What it costs to run an exam again without copying, twenty times. */
function checked(): Row[] {
  const { responses } = cohort({ students: 2000, items: 60, seed: 4, kind: "realistic" });
  const neighbours = neighboursOf(2000);
  analyse(responses, undefined, { neighbours });
  const seconds = (work: () => unknown) => {
    const started = performance.now();
    work();
    return (performance.now() - started) / 1000;
  };
  const alone = seconds(() => analyse(responses, undefined, { neighbours }));
  let said = { runs: 0, falsePairs: 0 };
  const check = seconds(() => (said = checkHonest(responses, undefined, { neighbours, seed: 1 })));
  return [
    { metric: "2,000 x 60, everything but the exam's own check", value: alone, unit: "s" },
    { metric: `2,000 x 60, its own check (${said.runs} re-runs, ${said.falsePairs} false pairs)`, value: check, unit: "s" },
    { metric: "  with the check, times the analysis without", value: (alone + check) / alone, unit: "x" },
  ];
}

/** What the analysis flags where nobody copied, and what it finds where someone did. `--exams N` for each honest row. */
export const bench = {
  name: "collusion",
  async run(): Promise<Row[]> {
    const started = performance.now();
    const exams = argument("--exams", 5);
    const few = argument("--planted", Math.min(exams, 10));
    const rows = [...checked(), ...seated(few), ...honest(exams), ...planted(few)];
    return [...rows, { metric: "the whole bench", value: (performance.now() - started) / 1000, unit: "s" }];
  },
};
