import { yieldToEventLoop } from "~/platform/yield-to-event-loop.ts";

/**
 * What happened between two looks at running totals. Totals are reset, servers restart, entries are evicted and come
 * back: a difference is taken only within one epoch, and never below zero.
 */
export type Counted<V extends Record<string, number>> = { key: string; since?: number | null; values: V };
export type Difference<V> = { key: string; seconds: number; values: V };

type Totals<V> = Map<string, { since: number | null; values: V }>;
type Round<V> = {
  epoch: string;
  at: number;
  first: boolean;
  forgotten: number;
  seconds: number;
  known: Totals<V>;
  next: Totals<V>;
  out: Difference<V>[];
};

export class Deltas<V extends Record<string, number>> {
  private last: Totals<V> = new Map();
  private epoch: string | null = null;
  private at: number | null = null;
  private forgotten = 0;

  /** `at` is monotonic milliseconds; `epoch` names the reset that these totals count from. */
  round(epoch: string, at: number, rows: Iterable<Counted<V>>): Difference<V>[] {
    const round = this.begin(epoch, at);
    for (const row of rows) this.see(round, row);
    return this.end(round);
  }

  /** The same of very many rows: others get their turn in between. */
  async longRound(epoch: string, at: number, rows: Iterable<Counted<V>>): Promise<Difference<V>[]> {
    const breathe = yieldToEventLoop(4);
    const round = this.begin(epoch, at);
    for (const row of rows) {
      this.see(round, row);
      await breathe();
    }
    return this.end(round);
  }

  private begin(epoch: string, at: number): Round<V> {
    const first = this.at === null;
    return {
      epoch,
      at,
      first,
      seconds: first ? 0 : Math.max(0.001, (at - this.at!) / 1000),
      forgotten: this.forgotten,
      known: this.epoch === epoch ? this.last : new Map(),
      next: new Map(),
      out: [],
    };
  }

  private see({ first, seconds, known, next, out }: Round<V>, row: Counted<V>): void {
    const since = row.since ?? null;
    const before = known.get(row.key);
    next.set(row.key, { since, values: row.values });
    // The first look only says where things stand.
    if (first) return;
    // A new entry, one that was evicted and came back, one after a reset: all of it happened since the last look.
    const values =
      before !== undefined && before.since === since && notLower(before.values, row.values)
        ? minus(row.values, before.values)
        : row.values;
    if (!isZero(values)) out.push({ key: row.key, seconds, values });
  }

  private end({ epoch, at, next, out, forgotten }: Round<V>): Difference<V>[] {
    // Whoever forgot meanwhile meant these totals too.
    if (forgotten !== this.forgotten) return [];
    this.last = next;
    this.epoch = epoch;
    this.at = at;
    return out;
  }

  /** After a gap in which nobody looked, the next round only says where things stand. */
  forget(): void {
    this.forgotten++;
    this.last = new Map();
    this.at = null;
    this.epoch = null;
  }
}

function notLower<V extends Record<string, number>>(before: V, now: V): boolean {
  for (const name in now) if (now[name]! < before[name]!) return false;
  return true;
}

function minus<V extends Record<string, number>>(now: V, before: V): V {
  const values: Record<string, number> = {};
  for (const name in now) values[name] = now[name]! - before[name]!;
  return values as V;
}

function isZero(values: Record<string, number>): boolean {
  for (const name in values) if (values[name] !== 0) return false;
  return true;
}
