import { makeKernel, RECORD_BYTES } from "./kernel.ts";
import { scanScalar, type Planes } from "./planes.ts";

export type Emit = (a: number, b: number, eeic: number) => void;

/** So many students of the other side stay in the nearest cache while everybody is compared with them. */
const TILE = 1024;

/** Every pair with at least `least` identical wrong answers: with vectors where there are any, else word by word. */
export function scan(planes: Planes, students: number, least: number, emit: Emit): void {
  const outBytes = (TILE / 4) * RECORD_BYTES;
  const kernel = makeKernel(planes, outBytes);
  if (!kernel) {
    scanScalar(planes, students, least, emit);
    return;
  }
  const out = Math.ceil(planes.data.byteLength / 16) * 16;
  const found = new Int32Array(kernel.memory.buffer, out, outBytes / 4);
  for (let tile = 0; tile < students; tile += TILE) {
    const end = Math.min(planes.students, tile + TILE);
    const last = Math.min(students, tile + TILE);
    for (let a = 0; a < last; a++) {
      const records = kernel.row(a, Math.max(tile, (a + 1) & ~3), end, Math.max(1, least), out);
      for (let r = 0; r < records; r++) {
        const at = r * (RECORD_BYTES / 4);
        const first = found[at]! >> 2;
        for (let lane = 0; lane < 4; lane++) {
          const b = first + lane;
          const eeic = found[at + 4 + lane]!;
          if (b > a && b < students && eeic >= least && eeic > 0) emit(a, b, eeic);
        }
      }
    }
  }
}
