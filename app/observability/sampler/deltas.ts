/**
 * What happened between two looks at running totals. Totals are reset, servers restart, entries are evicted and come
 * back: a difference is taken only within one epoch, and never below zero.
 */
export type Counted<V extends Record<string, number>> = { key: string; since?: number | null; values: V };
export type Difference<V> = { key: string; seconds: number; values: V };

export class Deltas<V extends Record<string, number>> {
  private last = new Map<string, { since: number | null; values: V }>();
  private epoch: string | null = null;
  private at: number | null = null;

  /** `at` is monotonic milliseconds; `epoch` names the reset that these totals count from. */
  round(epoch: string, at: number, rows: readonly Counted<V>[]): Difference<V>[] {
    const first = this.at === null;
    const seconds = first ? 0 : Math.max(0.001, (at - this.at!) / 1000);
    const sameEpoch = this.epoch === epoch;
    const next = new Map<string, { since: number | null; values: V }>();
    const out: Difference<V>[] = [];
    for (const row of rows) {
      const before = sameEpoch ? this.last.get(row.key) : undefined;
      next.set(row.key, { since: row.since ?? null, values: row.values });
      // The first look only says where things stand.
      if (first) continue;
      const again = before !== undefined && before.since === (row.since ?? null) && notLower(before.values, row.values);
      // A new entry, one that was evicted and came back, one after a reset: all of it happened since the last look.
      const values = again ? minus(row.values, before.values) : row.values;
      if (Object.values(values).some((value) => value !== 0)) out.push({ key: row.key, seconds, values });
    }
    this.last = next;
    this.epoch = epoch;
    this.at = at;
    return out;
  }

  /** After a gap in which nobody looked, the next round only says where things stand. */
  forget(): void {
    this.last = new Map();
    this.at = null;
    this.epoch = null;
  }
}

function notLower<V extends Record<string, number>>(before: V, now: V): boolean {
  return Object.keys(now).every((name) => now[name]! >= before[name]!);
}

function minus<V extends Record<string, number>>(now: V, before: V): V {
  return Object.fromEntries(Object.entries(now).map(([name, value]) => [name, value - before[name]!])) as V;
}
