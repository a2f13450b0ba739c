import { bytes, plural, seconds } from "~/platform/format.ts";
import type { Signal } from "../alerts/evaluate.ts";

type Check = { at: number; ok: boolean; says: string | null };

/** What rules about backups look at; times in milliseconds, so that an age goes on growing while nobody can ask. */
export type BackupHealth = {
  /** Since when there is something to back up. */
  born: number;
  lastGood: number | null;
  /** The newest that ended, whichever way. */
  lastEnded: { at: number; error: string | null } | null;
  verified: number | null;
  lastVerify: Check | null;
  drilled: number | null;
  lastDrill: Check | null;
  gaps: { after: string; before: string; missing: number }[];
  store: { used: number; free: number };
};

export const BACKUP_METRICS = [
  "backup.age_s",
  "backup.failed",
  "verification.age_s",
  "verification.failed",
  "drill.age_s",
  "drill.failed",
  "archive.gap",
  "store.used_ratio",
] as const;

export function backupSignals(health: BackupHealth, now: number): Signal[] {
  const signal = (metric: (typeof BACKUP_METRICS)[number], value: number, says: string): Signal => ({
    metric,
    target: "primary",
    label: "",
    value,
    says,
  });
  const age = (metric: (typeof BACKUP_METRICS)[number], at: number | null, what: string) =>
    signal(
      metric,
      Math.max(0, (now - (at ?? health.born)) / 1000),
      at === null ? `${what}: never, in ${seconds((now - health.born) / 1000)}` : `${what} was ${seconds((now - at) / 1000)} ago`,
    );
  const failed = (metric: (typeof BACKUP_METRICS)[number], check: Check | null, what: string) =>
    signal(
      metric,
      check && !check.ok ? 1 : 0,
      check && !check.ok ? `${what} failed: ${check.says ?? "no reason is known"}` : `${what} did not fail`,
    );
  const { lastEnded } = health;
  const worst = health.gaps[0];
  const missing = health.gaps.reduce((sum, gap) => sum + gap.missing, 0);
  return [
    age("backup.age_s", health.lastGood, "The last good backup"),
    signal(
      "backup.failed",
      lastEnded?.error ? 1 : 0,
      lastEnded?.error ? `The last backup failed: ${lastEnded.error}` : "The last backup did not fail",
    ),
    age("verification.age_s", health.verified, "The last good verification"),
    failed("verification.failed", health.lastVerify, "The last verification"),
    age("drill.age_s", health.drilled, "The last good restore drill"),
    failed("drill.failed", health.lastDrill, "The last restore drill"),
    signal(
      "archive.gap",
      missing,
      worst
        ? `The archive lacks ${plural(missing, "segment")}, the first after ${worst.after}: earlier backups can't be restored past it`
        : "The archive has no gaps",
    ),
    signal(
      "store.used_ratio",
      health.store.used,
      `The disk of the backups is ${Math.round(health.store.used * 100)} % full, ${bytes(health.store.free)} are left`,
    ),
  ];
}
