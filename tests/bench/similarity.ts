import { monitorEventLoopDelay } from "node:perf_hooks";
import { countPair } from "../../app/domains/integrity/collusion/harpp-hogan.ts";
import { analyse } from "../../app/domains/integrity/collusion/analyse.ts";
import { wrongPlanes } from "../../app/domains/integrity/collusion/planes.ts";
import { responsesOf, type Responses } from "../../app/domains/integrity/collusion/responses.ts";
import type { RawSheets } from "../../app/domains/exams/analysis/sheets.ts";
import { inThread } from "../../app/jobs/thread.server.ts";
import type { ExamFindings } from "../../app/domains/integrity/evidence/evidence.ts";
import { scan } from "../../app/domains/integrity/collusion/scan.ts";

export type Row = { metric: string; value: number; unit: string; aim?: string };

const STUDENTS = 20_000;
const ITEMS = 200;

/** Students of differing ability who choose among five options, with lures that attract. */
export function crowd(students: number, items: number, seed = 42): Responses {
  let state = seed;
  const random = () => (state = (state * 16807) % 2147483647) / 2147483647;
  const key = Array.from({ length: items }, () => Math.floor(random() * 5));
  const r = responsesOf([], Array<number>(items).fill(5), key);
  const picks = new Int8Array(students * items);
  for (let s = 0; s < students; s++) {
    const p = 0.35 + 0.5 * random();
    for (let i = 0; i < items; i++) {
      const lure = Math.floor(random() ** 1.6 * 5);
      picks[s * items + i] = random() < p ? key[i]! : lure === key[i] ? (lure + 1) % 5 : lure;
    }
  }
  return { ...r, students, picks };
}

/**
 * What a plain native loop needs for as many pairs: AND and population count of 64-bit words, four for 200 items, in
 * WebAssembly's scalar instructions, which become the processor's own.
 */
function nativePopcount(students: number): number {
  const leb = (n: number): number[] => (n < 128 ? [n] : [(n & 0x7f) | 0x80, ...leb(n >>> 7)]);
  const words = 4;
  const get = (n: number) => [0x20, n];
  // row(a, from, to): the largest overlap of row a with rows from..to, each of 32 bytes.
  const one = (w: number) => [...get(0), 0x29, 3, w * 8, ...get(1), 0x29, 3, w * 8, 0x83, 0x7b];
  const sum = [...one(0), ...one(1), 0x7c, ...one(2), 0x7c, ...one(3), 0x7c, 0xa7, 0x21, 4];
  const larger = [...get(4), ...get(3), ...get(4), ...get(3), 0x4a, 0x1b, 0x21, 3];
  const onward = [...get(1), 0x41, 32, 0x6a, 0x22, 1, ...get(2), 0x49, 0x0d, 0];
  const code = [0x03, 0x40, ...sum, ...larger, ...onward, 0x0b, ...get(3), 0x0b];
  const body = [1, 2, 0x7f, ...code];
  const section = (id: number, content: number[]) => [id, ...leb(content.length), ...content];
  const header = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
  const bytes = Uint8Array.from([
    ...header,
    ...section(1, [1, 0x60, 3, 0x7f, 0x7f, 0x7f, 1, 0x7f]),
    ...section(2, [1, 1, 0x65, 1, 0x6d, 2, 0, 1]),
    ...section(3, [1, 0]),
    ...section(7, [1, 1, 0x72, 0, 0]),
    ...section(10, [1, ...leb(body.length), ...body]),
  ]);
  const memory = new WebAssembly.Memory({ initial: Math.ceil((students * words * 8) / 65_536) + 1 });
  const data = new Uint32Array(memory.buffer);
  for (let i = 0; i < students * words * 2; i++) data[i] = Math.imul(i, 2654435761) >>> 0;
  const row = new WebAssembly.Instance(new WebAssembly.Module(bytes), { e: { m: memory } }).exports["r"] as (
    a: number,
    from: number,
    to: number,
  ) => number;
  const started = performance.now();
  let best = 0;
  for (let a = 0; a < students - 1; a++) best = Math.max(best, row(a * 32, (a + 1) * 32, students * 32));
  const took = performance.now() - started;
  if (best === 0) throw new Error("the loop was not run");
  return took / 1000;
}

/** The same crowd as the database hands it over. */
function sheetsOf(r: Responses): RawSheets {
  const option = Array.from({ length: 5 }, (_, place) => ({ text: String(place), correct: false }));
  return {
    passing: 50,
    items: Array.from({ length: r.items }, (_, item) => ({
      id: `q${item}`,
      type: "MULTIPLE_CHOICE",
      text: `Question ${item}`,
      marks: 1,
      unmarked: 0,
      options: option.map((one, place) => ({ ...one, correct: place === r.key[item] })),
    })),
    attempts: Array.from({ length: r.students }, (_, student) => ({
      id: `a${student}`,
      user_id: `u${student}`,
      candidate_no: student,
      fingerprint: null,
      address: null,
      overlaps: 0,
      cells: Array.from({ length: r.items }, (_, item) => `${item}:${r.picks[student * r.items + item]}:1:20`).join(","),
    })),
  };
}

/** The thread that the product uses, and how long whoever started it was kept from anything else. */
async function inItsThread(r: Responses): Promise<Row[]> {
  const sheets = sheetsOf(r);
  const delay = monitorEventLoopDelay({ resolution: 1 });
  const started = performance.now();
  delay.enable();
  const done = inThread<RawSheets, ExamFindings>("exam-analysis", sheets, () => {
    throw new Error("the thread is not built: npm start builds it");
  });
  // Handing the sheets over is a copy; what comes after it is the computation.
  const handed = performance.now() - started;
  await new Promise((resolve) => setTimeout(resolve, 5));
  delay.reset();
  await done;
  delay.disable();
  return [
    { metric: "analysis of the whole exam in its thread", value: (performance.now() - started) / 1000, unit: "s" },
    { metric: "handing the sheets to the thread", value: handed, unit: "ms" },
    { metric: "event-loop delay of the process meanwhile, p99", value: delay.percentile(99) / 1e6, unit: "ms", aim: "below 20" },
  ];
}

/** All pairs of a large exam: against a plain loop over items, and against a native one over words. */
export const bench = {
  name: "similarity",
  async run(): Promise<Row[]> {
    const r = crowd(STUDENTS, ITEMS);
    const planes = wrongPlanes(r);
    let kept = 0;
    scan(wrongPlanes(crowd(2000, ITEMS)), 2000, 30, () => kept++);
    const started = performance.now();
    scan(planes, r.students, 45, () => kept++);
    const vector = (performance.now() - started) / 1000;

    // The plain loop would take a quarter of an hour: a sample of its pairs, scaled.
    const sample = 400_000;
    const pairs = (STUDENTS * (STUDENTS - 1)) / 2;
    let sum = 0;
    const plainStarted = performance.now();
    for (let k = 0; k < sample; k++) sum += countPair(r, (k * 7919) % STUDENTS, (k * 104_729 + 1) % STUDENTS).eeic;
    const plain = ((performance.now() - plainStarted) / 1000 / sample) * pairs;
    if (sum === 0) throw new Error("the loop was not run");

    const native = nativePopcount(STUDENTS);
    const wholeStarted = performance.now();
    const analysis = analyse(r);
    const whole = (performance.now() - wholeStarted) / 1000;
    return [
      { metric: `all pairs, ${STUDENTS} × ${ITEMS}`, value: vector, unit: "s", aim: "below 1.65" },
      { metric: "plain loop over items, scaled from a sample", value: plain, unit: "s" },
      { metric: "times quicker than the plain loop", value: plain / vector, unit: "×" },
      { metric: "native scalar popcount loop, here", value: native, unit: "s" },
      { metric: "ratio to the native loop", value: vector / native, unit: "×", aim: "below 3" },
      { metric: "whole analysis (counts, test of the most alike, groups)", value: whole, unit: "s" },
      { metric: "pairs kept for the exact test", value: analysis.found.length, unit: "pairs" },
      ...(await inItsThread(r)),
    ];
  },
};
