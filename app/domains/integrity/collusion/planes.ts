import { BLANK, type Responses } from "./responses.ts";

/**
 * Answers as bit planes, 32 items to a word. Two students' wrong answers agree on an item when both are wrong and no plane
 * of their codes differs, so a word of 32 items is compared with a handful of instructions.
 *
 * Wrong options are numbered without the key, so that four of them need two planes only. Word w of plane p of student s is
 * at `(w * planes + p) * students + s`: students lie side by side, which is what a vector unit wants to read.
 */
export type Planes = { students: number; words: number; codes: number; data: Uint32Array };

/** Plane 0 says "wrong"; the other `codes` planes say which wrong option. */
export function wrongPlanes(r: Responses, padTo = 4): Planes {
  const words = Math.max(1, Math.ceil(r.items / 32));
  const most = Math.max(2, ...r.options) - 1;
  const codes = Math.max(1, Math.ceil(Math.log2(most)));
  const students = Math.ceil(r.students / padTo) * padTo;
  const planes = 1 + codes;
  const data = new Uint32Array(words * planes * students);
  for (let s = 0; s < r.students; s++)
    for (let i = 0; i < r.items; i++) {
      const pick = r.picks[s * r.items + i]!;
      const key = r.key[i]!;
      if (pick === BLANK || pick === key) continue;
      const code = key >= 0 && pick > key ? pick - 1 : pick;
      const base = (i >> 5) * planes;
      const bit = 1 << (i & 31);
      data[base * students + s]! |= bit;
      for (let c = 0; c < codes; c++) if ((code >> c) & 1) data[(base + 1 + c) * students + s]! |= bit;
    }
  return { students, words, codes, data };
}

export function popcount(x: number): number {
  x -= (x >>> 1) & 0x55555555;
  x = (x & 0x33333333) + ((x >>> 2) & 0x33333333);
  return Math.imul((x + (x >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** Every pair with at least `least` identical wrong answers, without a vector unit. */
export function scanScalar(
  planes: Planes,
  students: number,
  least: number,
  emit: (a: number, b: number, eeic: number) => void,
): void {
  const { words, codes, data, students: stride } = planes;
  const width = 1 + codes;
  for (let a = 0; a < students; a++) {
    for (let b = a + 1; b < students; b++) {
      let eeic = 0;
      for (let w = 0; w < words; w++) {
        const base = w * width * stride;
        let same = data[base + a]! & data[base + b]!;
        if (same === 0) continue;
        for (let c = 1; c <= codes; c++) {
          const at = base + c * stride;
          same &= ~(data[at + a]! ^ data[at + b]!);
        }
        if (same !== 0) eeic += popcount(same);
      }
      if (eeic >= least) emit(a, b, eeic);
    }
  }
}
