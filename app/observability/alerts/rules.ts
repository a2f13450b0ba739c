import { bytes, count, milliseconds, percent, seconds } from "~/platform/format.ts";
import { observes } from "~/platform/depth.ts";
import { BACKUP_RULES } from "./backup-rules.ts";

export const SEVERITIES = ["INFO", "WARNING", "CRITICAL"] as const;
export type Severity = (typeof SEVERITIES)[number];

/**
 * A rule, written once: the collector evaluates it, its page shows it, and the Prometheus rule file is made of it.
 * It fires when its metric has been beyond `threshold` for `forSeconds`, and resolves when it is back within `clearAt`.
 */
export type AlertRule = {
  key: string;
  title: string;
  metric: MetricKey;
  above: boolean;
  threshold: number;
  clearAt: number;
  forSeconds: number;
  severity: Severity;
  unit: "count" | "ratio" | "seconds" | "ms" | "bytes" | "xid";
  /** Where the cause is seen. */
  link: string;
  why: string;
};

export type MetricKey =
  | "locks.waiting"
  | "query.longest_ms"
  | "query.mean_ms"
  | "connections.used_ratio"
  | "pool.used_ratio"
  | "pool.waiting"
  | "db.hit_ratio"
  | "tables.dead_unvacuumed"
  | "sessions.idle_in_transaction_s"
  | "sessions.longest_transaction_s"
  | "prepared.age_s"
  | "replication.lag_s"
  | "replication.lag_bytes"
  | "replication.not_receiving"
  | "slot.retained_bytes"
  | "age.xid"
  | "archive.failing_s"
  | "disk.used_ratio"
  | "probe.stale_s"
  | "target.down"
  | "backup.age_s"
  | "backup.failed"
  | "verification.age_s"
  | "verification.failed"
  | "drill.age_s"
  | "drill.failed"
  | "archive.gap"
  | "store.used_ratio"
  | "checksums.failed"
  | "audit.broken"
  | "audit.behind_s";

const rule = (definition: AlertRule): AlertRule => definition;

export const RULES: readonly AlertRule[] = [
  rule({
    key: "target-down",
    title: "Server unreachable",
    metric: "target.down",
    above: true,
    threshold: 1,
    clearAt: 0,
    forSeconds: 5,
    severity: "CRITICAL",
    unit: "count",
    link: "/database/health",
    why: "Everything that needs this server fails.",
  }),
  rule({
    key: "lock-wait",
    title: "Sessions blocked by a lock",
    metric: "locks.waiting",
    above: true,
    threshold: 3,
    clearAt: 0,
    forSeconds: 15,
    severity: "CRITICAL",
    unit: "count",
    link: "/database/locks",
    why: "Someone is waiting for a page to save.",
  }),
  rule({
    key: "connections-used",
    title: "Connections nearly used up",
    metric: "connections.used_ratio",
    above: true,
    threshold: 0.8,
    clearAt: 0.75,
    forSeconds: 30,
    severity: "WARNING",
    unit: "ratio",
    link: "/database/connections",
    why: "At 100 % the next student can't log in.",
  }),
  rule({
    key: "connections-full",
    title: "Connections used up",
    metric: "connections.used_ratio",
    above: true,
    threshold: 0.98,
    clearAt: 0.9,
    forSeconds: 10,
    severity: "CRITICAL",
    unit: "ratio",
    link: "/database/connections",
    why: "New connections are refused.",
  }),
  rule({
    key: "pool-used",
    title: "A connection pool of the console is nearly full",
    metric: "pool.used_ratio",
    above: true,
    threshold: 0.8,
    clearAt: 0.6,
    forSeconds: 60,
    severity: "WARNING",
    unit: "ratio",
    link: "/database/connections",
    why: "Requests will soon have to wait for a connection.",
  }),
  rule({
    key: "pool-waiting",
    title: "Requests are waiting for a connection pool",
    metric: "pool.waiting",
    above: true,
    threshold: 11,
    clearAt: 2,
    forSeconds: 10,
    severity: "WARNING",
    unit: "count",
    link: "/database/connections",
    why: "More than ten requests are waiting for a connection.",
  }),
  rule({
    key: "query-running",
    title: "Long-running statement",
    metric: "query.longest_ms",
    above: true,
    threshold: 1000,
    clearAt: 900,
    forSeconds: 10,
    severity: "INFO",
    unit: "ms",
    link: "/database/connections",
    why: "Any statement over 1 s.",
  }),
  rule({
    key: "query-mean",
    title: "A statement is slow on average",
    metric: "query.mean_ms",
    above: true,
    threshold: 1000,
    clearAt: 800,
    forSeconds: 60,
    severity: "INFO",
    unit: "ms",
    link: "/database/queries?sort=mean",
    why: "The mean over five minutes is more than a second.",
  }),
  rule({
    key: "cache-hits",
    title: "Low cache hit ratio",
    metric: "db.hit_ratio",
    above: false,
    threshold: 0.9,
    clearAt: 0.95,
    forSeconds: 300,
    severity: "WARNING",
    unit: "ratio",
    link: "/database/tables",
    why: "The working set does not fit shared buffers, or something scans it.",
  }),
  rule({
    key: "dead-rows",
    title: "Dead rows not vacuumed",
    metric: "tables.dead_unvacuumed",
    above: true,
    threshold: 1000,
    clearAt: 500,
    forSeconds: 300,
    severity: "INFO",
    unit: "count",
    link: "/database/maintenance",
    why: "More than 1,000 dead rows, and no autovacuum for an hour.",
  }),
  rule({
    key: "idle-in-transaction",
    title: "Idle in transaction",
    metric: "sessions.idle_in_transaction_s",
    above: true,
    threshold: 300,
    // Someone is between two statements at any moment: at zero it would never end.
    clearAt: 60,
    forSeconds: 0,
    severity: "WARNING",
    unit: "seconds",
    link: "/database/connections",
    why: "It holds its locks and keeps vacuum from cleaning any table.",
  }),
  rule({
    key: "long-transaction",
    title: "Long-running transaction",
    metric: "sessions.longest_transaction_s",
    above: true,
    threshold: 1800,
    // Some transaction is open at any moment: at zero it would never end.
    clearAt: 600,
    forSeconds: 0,
    severity: "WARNING",
    unit: "seconds",
    link: "/database/maintenance",
    why: "Row versions that it might still see can't be removed.",
  }),
  rule({
    key: "prepared-transaction",
    title: "Prepared transaction left open",
    metric: "prepared.age_s",
    above: true,
    threshold: 300,
    clearAt: 60,
    forSeconds: 0,
    severity: "WARNING",
    unit: "seconds",
    link: "/database/maintenance",
    why: "It holds its locks and keeps vacuum from cleaning any table, and no session is left to end it.",
  }),
  rule({
    key: "replication-lag",
    title: "A standby is behind",
    metric: "replication.lag_s",
    above: true,
    threshold: 60,
    clearAt: 10,
    forSeconds: 15,
    severity: "WARNING",
    unit: "seconds",
    link: "/database/replication",
    why: "Reads there are old, and a failover would lose more.",
  }),
  rule({
    key: "replication-lag-bytes",
    title: "A standby is far behind",
    metric: "replication.lag_bytes",
    above: true,
    threshold: 268_435_456,
    clearAt: 67_108_864,
    forSeconds: 30,
    severity: "WARNING",
    unit: "bytes",
    link: "/database/replication",
    why: "It would have this much to replay before it could take over.",
  }),
  rule({
    key: "standby-not-receiving",
    title: "A standby is not receiving WAL",
    metric: "replication.not_receiving",
    above: true,
    threshold: 1,
    clearAt: 0,
    forSeconds: 15,
    severity: "CRITICAL",
    unit: "count",
    link: "/database/replication",
    why: "New commits exist on one server only.",
  }),
  rule({
    key: "slot-retention",
    title: "A slot holds back WAL",
    metric: "slot.retained_bytes",
    above: true,
    threshold: 1_073_741_824,
    clearAt: 536_870_912,
    forSeconds: 60,
    severity: "WARNING",
    unit: "bytes",
    link: "/database/replication",
    why: "The disk of the primary fills until it stops.",
  }),
  rule({
    key: "wraparound",
    title: "Transaction ID wraparound is near",
    metric: "age.xid",
    above: true,
    threshold: 1_000_000_000,
    clearAt: 900_000_000,
    forSeconds: 0,
    severity: "CRITICAL",
    unit: "xid",
    link: "/database/maintenance",
    why: "At two billion the server refuses writes.",
  }),
  rule({
    key: "archive-failing",
    title: "WAL is not archived",
    metric: "archive.failing_s",
    above: true,
    threshold: 120,
    clearAt: 0,
    forSeconds: 0,
    severity: "CRITICAL",
    unit: "seconds",
    link: "/database/replication",
    why: "A restore could not go beyond the last archived segment.",
  }),
  rule({
    key: "disk-full",
    title: "The disk is nearly full",
    metric: "disk.used_ratio",
    above: true,
    threshold: 0.9,
    clearAt: 0.85,
    forSeconds: 60,
    severity: "WARNING",
    unit: "ratio",
    link: "/database/tables",
    why: "A full disk stops the server.",
  }),
  rule({
    key: "probe-stale",
    title: "A probe returns no data",
    metric: "probe.stale_s",
    above: true,
    threshold: 180,
    clearAt: 60,
    forSeconds: 0,
    severity: "INFO",
    unit: "seconds",
    link: "/database/health",
    why: "Its panels show no current data.",
  }),
  rule({
    key: "audit-log-broken",
    title: "The audit log did not verify",
    metric: "audit.broken",
    above: true,
    threshold: 1,
    clearAt: 0,
    forSeconds: 0,
    severity: "CRITICAL",
    unit: "count",
    link: "/audit/integrity",
    why: "An entry was changed or is missing: someone went around the console.",
  }),
  rule({
    key: "audit-log-behind",
    title: "The audit log sequencer is behind",
    metric: "audit.behind_s",
    above: true,
    threshold: 60,
    clearAt: 5,
    forSeconds: 30,
    severity: "WARNING",
    unit: "seconds",
    link: "/audit/integrity",
    why: "Waiting entries are recorded, but not yet under a signed head: a superuser could still remove them unnoticed.",
  }),
  rule({
    key: "checksum-failed",
    title: "Damaged pages",
    metric: "checksums.failed",
    above: true,
    threshold: 1,
    clearAt: 0,
    forSeconds: 0,
    severity: "CRITICAL",
    unit: "count",
    link: "/database/health",
    why: "Pages on disk differ from their checksum: what is read there is wrong or can't be read. Fail over, then restore.",
  }),
  ...BACKUP_RULES,
];

/** Those that can fire: of a server that is only watched, neither the disk nor a backup can be seen. */
export const rulesHere = (): readonly AlertRule[] =>
  observes() ? RULES.filter((rule) => !BACKUP_RULES.includes(rule) && rule.metric !== "disk.used_ratio") : RULES;

export const ruleByKey = (key: string): AlertRule | undefined => RULES.find((rule) => rule.key === key);

export function formatValue(unit: AlertRule["unit"], value: number): string {
  switch (unit) {
    case "ratio":
      return percent(value);
    case "seconds":
      return seconds(value);
    case "ms":
      return milliseconds(value);
    case "bytes":
      return bytes(value);
    default:
      return count(value);
  }
}

export const atLeast = (severity: Severity, minimum: Severity) => SEVERITIES.indexOf(severity) >= SEVERITIES.indexOf(minimum);
