import { describe, expect, it } from "vitest";
import { Deltas } from "./deltas.ts";

// Breaks when a reset, an eviction or a restart yields a negative number or counts work twice.
const rows = (...list: [string, number, number?][]) => list.map(([key, calls, since]) => ({ key, since, values: { calls } }));
const sum = (found: { values: { calls: number } }[]) => found.reduce((all, one) => all + one.values.calls, 0);

describe("deltas", () => {
  it("say nothing at the first look, and then what happened since", () => {
    const deltas = new Deltas<{ calls: number }>();
    expect(deltas.round("e", 0, rows(["a", 100]))).toEqual([]);
    expect(deltas.round("e", 10_000, rows(["a", 130]))).toEqual([{ key: "a", seconds: 10, values: { calls: 30 } }]);
    expect(deltas.round("e", 20_000, rows(["a", 130]))).toEqual([]);
  });

  it("count a new entry in full: it began after the last look", () => {
    const deltas = new Deltas<{ calls: number }>();
    deltas.round("e", 0, rows(["a", 100]));
    expect(deltas.round("e", 1000, rows(["a", 100], ["b", 7]))).toMatchObject([{ key: "b", values: { calls: 7 } }]);
  });

  it("start from zero after a reset, and are never negative", () => {
    const deltas = new Deltas<{ calls: number }>();
    deltas.round("e1", 0, rows(["a", 1000], ["b", 5]));
    expect(sum(deltas.round("e2", 1000, rows(["a", 3], ["b", 9])))).toBe(12);
    expect(sum(deltas.round("e2", 2000, rows(["a", 4], ["b", 9])))).toBe(1);
  });

  it("notice an entry that was evicted and came back lower", () => {
    const deltas = new Deltas<{ calls: number }>();
    deltas.round("e", 0, rows(["a", 1000]));
    expect(sum(deltas.round("e", 1000, rows(["a", 20])))).toBe(20);
  });

  it("notice an entry that came back higher, where the server says since when it counts", () => {
    const deltas = new Deltas<{ calls: number }>();
    deltas.round("e", 0, rows(["a", 10, 1]));
    expect(sum(deltas.round("e", 1000, rows(["a", 25, 2])))).toBe(25);
  });

  it("do not invent work across a gap", () => {
    const deltas = new Deltas<{ calls: number }>();
    deltas.round("e", 0, rows(["a", 10]));
    deltas.forget();
    expect(deltas.round("e", 3_600_000, rows(["a", 9999]))).toEqual([]);
  });

  it("of very many are the same, and none is kept of what was forgotten meanwhile", async () => {
    const deltas = new Deltas<{ calls: number }>();
    const many = (calls: number) => Array.from({ length: 3000 }, (_, i) => ({ key: `k${i}`, values: { calls } }));
    expect(await deltas.longRound("e", 0, many(1))).toEqual([]);
    expect(await deltas.longRound("e", 1000, many(4))).toHaveLength(3000);
    const open = deltas.longRound("e", 2000, many(9));
    deltas.forget();
    expect(await open).toEqual([]);
    expect(await deltas.longRound("e", 3000, many(20))).toEqual([]);
  });
});
