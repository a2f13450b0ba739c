import { scanScalar, type Planes } from "./planes.ts";

export type Emit = (a: number, b: number, eeic: number) => void;

/** Every pair with at least `least` identical wrong answers. */
export function scan(planes: Planes, students: number, least: number, emit: Emit): void {
  scanScalar(planes, students, least, emit);
}
