export type Counted = { key: string; n: number };

/** What the platform's own tables say, asked on a clock and never by a scrape. */
export type PlatformSample = {
  at: number;
  ms: number;
  tenants: Counted[];
  exams: Counted[];
  attempts: Counted[];
  tenantAttempts: Counted[];
  events: Counted[];
  reviews: Counted[];
  oldestReviewSeconds: number | null;
  appeals: Counted[];
  jobs: Counted[];
  backups: Counted[];
  backupAgeSeconds: number | null;
  backupBytes: number | null;
  checks: { kind: string; ok: boolean; ageSeconds: number; rpoSeconds: number | null; rtoSeconds: number | null }[];
  audit: {
    size: number;
    pending: number;
    headAgeSeconds: number | null;
    verifiedOk: boolean | null;
    verifiedAgeSeconds: number | null;
  };
  pools: { process: string; pool: string; max: number; total: number; idle: number; waiting: number }[];
};

/** Older than this it is not said any more. */
export const PLATFORM_EVERY_MS = 15_000;
export const PLATFORM_STALE_MS = 60_000;
