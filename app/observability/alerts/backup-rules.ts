import type { AlertRule } from "./rules.ts";

const DAY = 86_400;
const of = (definition: Omit<AlertRule, "above" | "link">): AlertRule => ({
  ...definition,
  above: true,
  link: "/database/backups",
});
const failed = { threshold: 1, clearAt: 0, forSeconds: 0, severity: "CRITICAL", unit: "count" } as const;

/** Whether the platform could be brought back. Ages leave an hour or two for a run that is late. */
export const BACKUP_RULES: readonly AlertRule[] = [
  of({
    key: "backup-old",
    title: "The last backup is too old",
    metric: "backup.age_s",
    threshold: DAY + 7200,
    clearAt: DAY,
    forSeconds: 0,
    severity: "WARNING",
    unit: "seconds",
    why: "A restore would replay more than a day of WAL, or not reach back at all.",
  }),
  of({
    key: "backup-failed",
    title: "The last backup failed",
    metric: "backup.failed",
    ...failed,
    why: "The next one may fail for the same reason.",
  }),
  of({
    key: "verification-old",
    title: "Backups are not verified",
    metric: "verification.age_s",
    threshold: DAY + 7200,
    clearAt: DAY,
    forSeconds: 0,
    severity: "WARNING",
    unit: "seconds",
    why: "A damaged file is found when it is needed.",
  }),
  of({
    key: "verification-failed",
    title: "A backup failed verification",
    metric: "verification.failed",
    ...failed,
    why: "One of its files, or its WAL, has changed.",
  }),
  of({
    key: "drill-old",
    title: "No restore drill for a week",
    metric: "drill.age_s",
    threshold: 8 * DAY,
    clearAt: 7 * DAY,
    forSeconds: 0,
    severity: "WARNING",
    unit: "seconds",
    why: "The recovery time is no longer known.",
  }),
  of({
    key: "drill-failed",
    title: "The last restore drill failed",
    metric: "drill.failed",
    ...failed,
    why: "The platform could not be restored from the backup.",
  }),
  of({
    key: "archive-gap",
    title: "The WAL archive has a gap",
    metric: "archive.gap",
    threshold: 1,
    clearAt: 0,
    // A segment may be under way; one that is a minute late is missing.
    forSeconds: 60,
    severity: "CRITICAL",
    unit: "count",
    why: "Backups from before the gap can't be restored past it. Take a new backup.",
  }),
  of({
    key: "store-full",
    title: "The backup disk is nearly full",
    metric: "store.used_ratio",
    threshold: 0.9,
    clearAt: 0.85,
    forSeconds: 60,
    severity: "WARNING",
    unit: "ratio",
    why: "The next backup has no room, and a full archive stops the primary.",
  }),
];
