import type { Planes } from "./planes.ts";

/**
 * The comparison of one student with many as WebAssembly with 128-bit vectors: four other students at a time, 32 items a
 * word. The module is written out here, byte by byte, for the shape of one exam: how many words and planes, and where each
 * plane lies, are constants in it.
 */
export type Kernel = {
  memory: WebAssembly.Memory;
  /** Compares student `a` with `from` (a multiple of 4) up to `to`; writes a record for each four with a hit. */
  row(a: number, from: number, to: number, least: number, out: number): number;
};

/** Byte counters hold 255, and a word adds at most 8 to each. */
const MOST_WORDS = 31;
/** A record: where the four begin (in bytes of a plane), then, at 16, their four counts. */
export const RECORD_BYTES = 32;

const I32 = 0x7f;
const V128 = 0x7b;

/** `\0asm`, version 1. */
const HEADER = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];

function leb(value: number): number[] {
  const bytes: number[] = [];
  do {
    const low = value & 0x7f;
    value >>>= 7;
    bytes.push(value === 0 ? low : low | 0x80);
  } while (value !== 0);
  return bytes;
}

/** Signed, as constants are written. */
function sleb(value: number): number[] {
  const bytes: number[] = [];
  for (;;) {
    const low = value & 0x7f;
    value >>= 7;
    if ((value === 0 && (low & 0x40) === 0) || (value === -1 && (low & 0x40) !== 0)) return [...bytes, low];
    bytes.push(low | 0x80);
  }
}

const section = (id: number, body: number[]) => [id, ...leb(body.length), ...body];
const name = (text: string) => [text.length, ...Array.from(text, (c) => c.charCodeAt(0))];

const get = (local: number) => [0x20, ...leb(local)];
const set = (local: number) => [0x21, ...leb(local)];
const tee = (local: number) => [0x22, ...leb(local)];
const i32 = (value: number) => [0x41, ...sleb(value)];
const simd = (op: number) => [0xfd, ...leb(op)];
const ADD = 0x6a;
const SUB = 0x6b;
const SHL = 0x74;
const SHR_U = 0x76;
const GE_U = 0x4f;

const load = (offset: number) => [...simd(0x00), 4, ...leb(offset)];
const splat = (offset: number) => [...simd(0x09), 2, ...leb(offset)];
const AND = simd(0x4e);
const ANDNOT = simd(0x4f);
const OR = simd(0x50);
const XOR = simd(0x51);
const ANY_TRUE = simd(0x53);
const POPCNT = simd(0x62);
const ADD_BYTES = simd(0x6e);
const WIDEN_8_TO_16 = simd(0x7d);
const WIDEN_16_TO_32 = simd(0x7f);
const SPLAT_I32 = simd(0x11);
const GE_S = simd(0x3f);

/**
 * The bits of several vectors, counted byte by byte into `sum`. Counting is dear and adding is cheap: three vectors of one
 * weight are first added bit by bit into one of that weight and one of twice it, so that seven become three.
 */
function countBits(vectors: readonly number[], half: number, sum: number): number[] {
  const code: number[] = [];
  const counted: number[][] = [];
  for (let level = [...vectors]; level.length > 0;) {
    const carried: number[] = [];
    while (level.length >= 3) {
      const [x, y, z] = [level.shift()!, level.shift()!, level.shift()!];
      code.push(...get(x), ...get(y), ...XOR, ...set(half));
      // carry = (x & y) | (half & z), into y; one = half ^ z, into x.
      code.push(...get(x), ...get(y), ...AND, ...get(half), ...get(z), ...AND, ...OR, ...set(y));
      code.push(...get(half), ...get(z), ...XOR, ...set(x));
      level.unshift(x);
      carried.push(y);
    }
    counted.push(level);
    level = carried;
  }
  // From the heaviest down: double what there is, add the next weight.
  counted.reverse().forEach((level, index) => {
    if (index > 0) code.push(...get(sum), ...get(sum), ...ADD_BYTES, ...set(sum));
    level.forEach((vector, at) => {
      code.push(...get(vector), ...POPCNT);
      if (index > 0 || at > 0) code.push(...get(sum), ...ADD_BYTES);
      code.push(...set(sum));
    });
  });
  return code;
}

function moduleBytes(planes: Planes): Uint8Array<ArrayBuffer> {
  const { words, codes, students } = planes;
  const width = 1 + codes;
  const plane = (w: number, p: number) => (w * width + p) * students * 4;
  // Locals after the five parameters: pointer, end, start of the output, then vectors.
  const [P, END, START, LEAST, HALF, SUM, SAME] = [5, 6, 7, 8, 9, 10, 11];
  const FIRST = SAME + words;
  const own = (w: number, p: number) => FIRST + w * width + p;

  const code: number[] = [];
  for (let w = 0; w < words; w++)
    for (let p = 0; p < width; p++) code.push(...get(0), ...i32(2), SHL, ...splat(plane(w, p)), ...set(own(w, p)));
  code.push(...get(3), ...SPLAT_I32, ...set(LEAST));
  code.push(...get(1), ...i32(2), SHL, ...set(P), ...get(2), ...i32(2), SHL, ...set(END), ...get(4), ...set(START));
  code.push(0x02, 0x40, 0x03, 0x40); // block, loop
  code.push(...get(P), ...get(END), GE_U, 0x0d, 1); // leave the block at the end
  for (let w = 0; w < words; w++) {
    const same = SAME + w;
    code.push(...get(own(w, 0)), ...get(P), ...load(plane(w, 0)), ...AND, ...set(same));
    for (let p = 1; p < width; p++)
      code.push(...get(same), ...get(own(w, p)), ...get(P), ...load(plane(w, p)), ...XOR, ...ANDNOT, ...set(same));
  }
  code.push(
    ...countBits(
      Array.from({ length: words }, (_, w) => SAME + w),
      HALF,
      SUM,
    ),
  );
  code.push(...get(SUM), ...WIDEN_8_TO_16, ...WIDEN_16_TO_32, ...tee(SUM), ...get(LEAST), ...GE_S, ...ANY_TRUE);
  code.push(0x04, 0x40); // if any of the four
  code.push(...get(4), ...get(P), 0x36, 2, 0); // i32.store
  code.push(...get(4), ...get(SUM), ...simd(0x0b), 4, 16); // v128.store
  code.push(...get(4), ...i32(RECORD_BYTES), ADD, ...set(4));
  code.push(0x0b); // end if
  code.push(...get(P), ...i32(16), ADD, ...set(P), 0x0c, 0, 0x0b, 0x0b); // next four; end loop, end block
  code.push(...get(4), ...get(START), SUB, ...i32(5), SHR_U, 0x0b);

  const locals = [2, ...leb(3), I32, ...leb(3 + words + words * width), V128];
  const body = [...locals, ...code];
  return Uint8Array.from([
    ...HEADER,
    ...section(1, [1, 0x60, 5, I32, I32, I32, I32, I32, 1, I32]),
    ...section(2, [1, ...name("e"), ...name("m"), 0x02, 0x00, 0x01]),
    ...section(3, [1, 0]),
    ...section(7, [1, ...name("row"), 0x00, 0]),
    ...section(10, [1, ...leb(body.length), ...body]),
  ]);
}

/** Null where this machine has no vectors, or the exam does not fit: the caller then compares without. */
export function makeKernel(planes: Planes, outBytes: number): Kernel | null {
  if (planes.words > MOST_WORDS || planes.students % 4 !== 0) return null;
  try {
    const memory = new WebAssembly.Memory({ initial: Math.ceil((planes.data.byteLength + outBytes + 64) / 65_536) });
    new Uint32Array(memory.buffer, 0, planes.data.length).set(planes.data);
    const instance = new WebAssembly.Instance(new WebAssembly.Module(moduleBytes(planes)), { e: { m: memory } });
    return { memory, row: instance.exports["row"] as Kernel["row"] };
  } catch {
    return null;
  }
}
