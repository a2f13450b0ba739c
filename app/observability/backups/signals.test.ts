import { describe, expect, it } from "vitest";
import { BACKUP_RULES } from "../alerts/backup-rules.ts";
import { Evaluator, unknownKey } from "../alerts/evaluate.ts";
import { readSignals, type Watch } from "../alerts/signals.ts";
import { BACKUP_METRICS, backupSignals, type BackupHealth } from "./signals.ts";

// Breaks when a backup that must not be relied upon raises no alert, or a healthy ledger raises one.
const HOUR = 3_600_000;
const now = Date.UTC(2026, 10, 20, 6);
const healthy: BackupHealth = {
  born: now - 400 * 24 * HOUR,
  lastGood: now - 4 * HOUR,
  lastEnded: { at: now - 4 * HOUR, error: null },
  verified: now - 3 * HOUR,
  lastVerify: { at: now - 3 * HOUR, ok: true, says: null },
  drilled: now - 100 * HOUR,
  lastDrill: { at: now - 100 * HOUR, ok: true, says: null },
  gaps: [],
  store: { used: 0.5, free: 1e9 },
};

/** What fires a while after, and what each says. */
function firing(health: BackupHealth): { rule: string; says: string }[] {
  const evaluator = new Evaluator();
  for (const at of [now, now + 61_000])
    evaluator.step(BACKUP_RULES, { signals: backupSignals(health, at), unknown: new Set() }, at);
  return evaluator
    .open()
    .filter((condition) => condition.state === "FIRING")
    .map(({ rule, says }) => ({ rule, says }));
}

const bad: [rule: string, change: Partial<BackupHealth>, says: RegExp][] = [
  ["backup-old", { lastGood: now - 27 * HOUR }, /^The last good backup was 27 h ago$/],
  ["backup-failed", { lastEnded: { at: now, error: "No space left on device" } }, /No space left on device/],
  ["verification-old", { verified: now - 27 * HOUR }, /27 h ago/],
  ["verification-failed", { lastVerify: { at: now, ok: false, says: "base/5/1259: differs" } }, /base\/5\/1259: differs/],
  ["drill-old", { drilled: now - 9 * 24 * HOUR }, /9 days ago/],
  ["drill-failed", { lastDrill: { at: now, ok: false, says: "drill: the process ended" } }, /the process ended/],
  ["archive-gap", { gaps: [{ after: "A1", before: "A4", missing: 2 }] }, /lacks 2 segments, the first after A1/],
  ["store-full", { store: { used: 0.93, free: 1e6 } }, /93 % full/],
];

describe("each rule about backups", () => {
  it("is tried here", () => expect(bad.map(([rule]) => rule).sort()).toEqual(BACKUP_RULES.map((rule) => rule.key).sort()));

  it("rests while all is well", () => expect(firing(healthy)).toEqual([]));

  it.each(bad)("%s fires alone and says why", (rule, change, says) => {
    expect(firing({ ...healthy, ...change })).toEqual([{ rule, says: expect.stringMatching(says) }]);
  });

  it("ages from the beginning where nothing was ever taken, and a young database has time", () => {
    const never = {
      ...healthy,
      lastGood: null,
      lastEnded: null,
      verified: null,
      lastVerify: null,
      drilled: null,
      lastDrill: null,
    };
    expect(firing({ ...never, born: now - HOUR })).toEqual([]);
    expect(firing({ ...never, born: now - 9 * 24 * HOUR }).map((one) => one.rule)).toEqual([
      "backup-old",
      "verification-old",
      "drill-old",
    ]);
  });
});

it("what could not be read neither fires nor resolves; what is not here is nobody's alert", () => {
  const watch: Watch = {
    now,
    targets: [],
    latest: () => null,
    lags: [],
    slowest: null,
    hitRatio: null,
    pools: null,
    disk: null,
    staleProbes: [],
  };
  const unread = readSignals({ ...watch, backups: null });
  for (const metric of BACKUP_METRICS) expect(unread.unknown.has(unknownKey(metric, "primary"))).toBe(true);
  const elsewhere = readSignals(watch);
  expect(elsewhere.signals.filter((signal) => (BACKUP_METRICS as readonly string[]).includes(signal.metric))).toEqual([]);
  expect(elsewhere.unknown.has(unknownKey("backup.age_s", "primary"))).toBe(false);
});
