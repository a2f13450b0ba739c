import { expect, it } from "vitest";
import { retire, type StoredBackup } from "./retention.ts";
import { gapsIn, segmentsBetween } from "./wal.ts";

const DAY = 86_400_000;
const PROMISE = { count: 3, days: 5 };

function random(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 1_103_515_245 + 12_345) % 2_147_483_648) / 2_147_483_648;
}

// Breaks when expiring takes away what a recovery inside the promised window needs, or the last good backup.
it("keeps the promised window whatever the sequence of backups, failures and expiries", () => {
  for (let seed = 1; seed <= 300; seed++) {
    const next = random(seed);
    let now = 0;
    let ledger: StoredBackup[] = [];
    for (let step = 0; step < 60; step++) {
      now += next() * 2 * DAY;
      const position = BigInt(Math.floor(now / 1000)) * 16n;
      ledger.push({
        id: String(step),
        state: next() < 0.2 ? "FAILED" : "DONE",
        startedAt: now,
        startSegment: `00000001${position.toString(16).toUpperCase().padStart(16, "0")}`,
        good: next() < 0.7,
      });
      const before = ledger.filter((kept) => kept.state === "DONE");
      const { remove, keepFrom } = retire(ledger, PROMISE, now);
      ledger = ledger.filter((kept) => !remove.includes(kept.id));
      const left = ledger.filter((kept) => kept.state === "DONE").sort((a, b) => b.startedAt - a.startedAt);
      expect(left.length).toBeGreaterThanOrEqual(Math.min(PROMISE.count, before.length));
      expect(before.filter((kept) => now - kept.startedAt <= PROMISE.days * DAY).every((kept) => left.includes(kept))).toBe(true);
      const lastGood = before.toSorted((a, b) => b.startedAt - a.startedAt).find((kept) => kept.good);
      if (lastGood) expect(left).toContain(lastGood);
      for (const kept of left) if (keepFrom) expect(kept.startSegment! >= keepFrom).toBe(true);
    }
  }
});

it("names segments across the 4 GB border and sees the holes", () => {
  expect(segmentsBetween(1, "0/FE000028", "1/1000000")).toEqual([
    "0000000100000000000000FE",
    "0000000100000000000000FF",
    "000000010000000100000000",
    "000000010000000100000001",
  ]);
  expect(gapsIn(["0000000100000000000000FE", "000000010000000100000001", "00000002.history"])).toEqual([
    { after: "0000000100000000000000FE", before: "000000010000000100000001", missing: 2 },
  ]);
});
