import type { Tick } from "./tick.ts";

const KEEP_MS = 30 * 60_000;

/** The last half hour of seconds of each server: what there is to see while the primary is away. */
export class Memory {
  private readonly ticks = new Map<string, Tick[]>();

  add(target: string, tick: Tick): void {
    const kept = this.ticks.get(target) ?? [];
    kept.push(tick);
    while (kept.length > 0 && kept[0]!.at < tick.at - KEEP_MS) kept.shift();
    this.ticks.set(target, kept);
  }

  between(target: string, from: number, to: number): Tick[] {
    return (this.ticks.get(target) ?? []).filter((tick) => tick.at >= from && tick.at < to);
  }

  latest(target: string): Tick | null {
    return this.ticks.get(target)?.at(-1) ?? null;
  }
}
