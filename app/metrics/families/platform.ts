import { family, type Family, type Point } from "../family.ts";
import type { Counted, PlatformSample } from "../platform.ts";

const counted = (
  name: string,
  help: string,
  label: string,
  read: (sample: PlatformSample) => readonly Counted[],
  limit?: number,
): Family =>
  family(
    name,
    "gauge",
    help,
    [label],
    (view) => (view.platform ? read(view.platform).map(({ key, n }): Point => [{ [label]: key }, n]) : []),
    limit,
  );

const single = (name: string, help: string, read: (sample: PlatformSample) => number | null): Family =>
  family(name, "gauge", help, [], (view) => [[{}, view.platform ? read(view.platform) : null]]);

const bit = (value: boolean | null) => (value === null ? null : value ? 1 : 0);

export const PLATFORM: readonly Family[] = [
  // Said also when the sample is old: it is what says so.
  family("invigil_platform_sample_age_seconds", "gauge", "Age of what the platform's tables said last", [], (view) => [
    [{}, view.platformAgeSeconds],
  ]),
  counted("invigil_tenants", "Tenants, by subscription status", "status", (sample) => sample.tenants),
  counted("invigil_exams", "Exams, by status", "status", (sample) => sample.exams),
  counted("invigil_attempts", "Attempts begun in the last 24 hours, by state", "state", (sample) => sample.attempts),
  counted(
    "invigil_tenant_attempts_in_progress",
    "Attempts in progress, begun in the last 24 hours, by tenant",
    "tenant",
    (sample) => sample.tenantAttempts,
    200,
  ),
  counted(
    "invigil_integrity_events",
    "Integrity events received in the last 24 hours, by type",
    "type",
    (sample) => sample.events,
    100,
  ),
  counted("invigil_reviews", "Reviews, by state", "state", (sample) => sample.reviews),
  single(
    "invigil_review_oldest_age_seconds",
    "How long the oldest open review has waited; 0 with none",
    (sample) => sample.oldestReviewSeconds,
  ),
  counted("invigil_appeals", "Appeals, by status", "status", (sample) => sample.appeals),
  counted("invigil_jobs", "Jobs, by state", "state", (sample) => sample.jobs),
  counted("invigil_backups", "Backups, by state", "state", (sample) => sample.backups),
  single(
    "invigil_backup_age_seconds",
    "Since the last good backup began; absent without one",
    (sample) => sample.backupAgeSeconds,
  ),
  single("invigil_backup_size_bytes", "Size of the last good backup", (sample) => sample.backupBytes),
  family("invigil_backup_check_ok", "gauge", "1 when the last check of this kind found the backup good", ["kind"], (view) =>
    (view.platform?.checks ?? []).map((one): Point => [{ kind: one.kind }, bit(one.ok)]),
  ),
  family("invigil_backup_check_age_seconds", "gauge", "Since the last check of this kind ended", ["kind"], (view) =>
    (view.platform?.checks ?? []).map((one): Point => [{ kind: one.kind }, one.ageSeconds]),
  ),
  family("invigil_backup_rpo_seconds", "gauge", "What the last check of this kind measured to be lost", ["kind"], (view) =>
    (view.platform?.checks ?? []).map((one): Point => [{ kind: one.kind }, one.rpoSeconds]),
  ),
  family("invigil_backup_rto_seconds", "gauge", "How long the last restore of this kind took", ["kind"], (view) =>
    (view.platform?.checks ?? []).map((one): Point => [{ kind: one.kind }, one.rtoSeconds]),
  ),
  single("invigil_audit_log_entries", "Entries under the signed head of the audit log", (sample) => sample.audit.size),
  single("invigil_audit_pending_entries", "Entries not yet in the signed log", (sample) => sample.audit.pending),
  single("invigil_audit_head_age_seconds", "Since the head of the log was last signed", (sample) => sample.audit.headAgeSeconds),
  single("invigil_audit_verification_ok", "1 when the last verification found the log whole", (sample) =>
    bit(sample.audit.verifiedOk),
  ),
  single(
    "invigil_audit_verification_age_seconds",
    "Since the log was last verified",
    (sample) => sample.audit.verifiedAgeSeconds,
  ),
  family(
    "invigil_pool_connections",
    "gauge",
    "Connections of the console's own pools, summed over its processes of one kind",
    ["process", "pool", "state"],
    (view) =>
      (view.platform?.pools ?? []).flatMap(({ process, pool, ...of }): Point[] =>
        (["max", "total", "idle", "waiting"] as const).map((state): Point => [{ process, pool, state }, of[state]]),
      ),
    400,
  ),
];
