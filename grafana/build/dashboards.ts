import type { DashboardSpec } from "./panel.ts";

const S = 'instance=~"$instance",server=~"$server"';
const D = `${S},datname=~"$datname"`;
const I = 'instance=~"$instance"';

const postgres = (console: string): DashboardSpec => ({
  uid: "invigil-postgres",
  title: "Invigil: PostgreSQL",
  says: "Queries, connections, locks and replication of every watched server",
  console,
  rows: [
    {
      title: "Now",
      panels: [
        {
          title: "Servers up",
          says: "1 while a server answers its probes",
          kind: "stat",
          width: 6,
          link: "/database/health",
          queries: [{ expr: `pg_up{${S}}`, legend: "{{server}}" }],
        },
        {
          title: "Connections used",
          says: "Share of the connections ordinary roles may use",
          kind: "stat",
          width: 6,
          unit: "percentunit",
          thresholds: [
            [0.8, "orange"],
            [0.98, "red"],
          ],
          link: "/database/connections",
          queries: [{ expr: `invigil_connections_used{${S}} / invigil_connections_limit{${S}}`, legend: "{{server}}" }],
        },
        {
          title: "Sessions waiting for a lock",
          says: "Each is a page that does not save",
          kind: "stat",
          width: 6,
          thresholds: [
            [1, "orange"],
            [3, "red"],
          ],
          link: "/database/locks",
          queries: [{ expr: `invigil_lock_waiters{${S}}`, legend: "{{server}}" }],
        },
        {
          title: "Standby lag",
          says: "How old what a standby shows is",
          kind: "stat",
          width: 6,
          unit: "s",
          thresholds: [
            [10, "orange"],
            [60, "red"],
          ],
          link: "/database/replication",
          queries: [{ expr: `pg_replication_lag_seconds{${S}}`, legend: "{{server}}" }],
        },
      ],
    },
    {
      title: "Load",
      panels: [
        {
          title: "Sessions at work by what they wait for",
          says: "CPU is a session that waits for nothing",
          stack: true,
          width: 12,
          link: "/database",
          queries: [{ expr: `sum by (wait_class) (invigil_active_sessions{${S}})`, legend: "{{wait_class}}" }],
        },
        {
          title: "Sessions at work by tenant",
          says: "Attributed by the tag in application_name, never guessed",
          stack: true,
          width: 12,
          link: "/database",
          queries: [{ expr: `sum by (tenant) (invigil_active_sessions{${S},tenant=~"$tenant"})`, legend: "{{tenant}}" }],
        },
        {
          title: "Transactions",
          says: "Commits and rollbacks a second",
          unit: "ops",
          queries: [
            { expr: `sum by (server) (rate(pg_stat_database_xact_commit{${D}}[5m]))`, legend: "{{server}} commits" },
            { expr: `sum by (server) (rate(pg_stat_database_xact_rollback{${D}}[5m]))`, legend: "{{server}} rollbacks" },
          ],
        },
        {
          title: "Rows changed",
          says: "Inserted, updated and deleted a second",
          unit: "ops",
          queries: [
            { expr: `sum(rate(pg_stat_database_tup_inserted{${D}}[5m]))`, legend: "inserted" },
            { expr: `sum(rate(pg_stat_database_tup_updated{${D}}[5m]))`, legend: "updated" },
            { expr: `sum(rate(pg_stat_database_tup_deleted{${D}}[5m]))`, legend: "deleted" },
          ],
        },
        {
          title: "Cache hit ratio",
          says: "Share of blocks found in shared buffers",
          unit: "percentunit",
          queries: [{ expr: `invigil:cache_hits:ratio5m{${D}}`, legend: "{{server}} {{datname}}" }],
        },
        {
          title: "Costliest statements",
          says: "Seconds of database time a second, by query id",
          width: 12,
          link: "/database/queries",
          queries: [
            { expr: `topk(10, sum by (queryid) (rate(pg_stat_statements_seconds_total{${D}}[5m])))`, legend: "{{queryid}}" },
          ],
        },
        {
          title: "Most called statements",
          says: "Calls a second, by query id",
          width: 12,
          unit: "ops",
          link: "/database/queries?sort=calls",
          queries: [
            { expr: `topk(10, sum by (queryid) (rate(pg_stat_statements_calls_total{${D}}[5m])))`, legend: "{{queryid}}" },
          ],
        },
      ],
    },
    {
      title: "Connections and locks",
      panels: [
        {
          title: "Sessions by state",
          says: "Idle in transaction holds locks and does nothing",
          stack: true,
          link: "/database/connections",
          queries: [{ expr: `sum by (state) (pg_stat_activity_count{${D}})`, legend: "{{state}}" }],
        },
        {
          title: "Longest open transaction",
          says: "Row versions it might see can't be removed",
          unit: "s",
          link: "/database/maintenance",
          queries: [{ expr: `pg_long_running_transactions_oldest_timestamp_seconds{${S}}`, legend: "{{server}}" }],
        },
        {
          title: "Locks by mode",
          says: "Held and wanted",
          stack: true,
          link: "/database/locks",
          queries: [{ expr: `sum by (mode) (pg_locks_count{${S}})`, legend: "{{mode}}" }],
        },
        {
          title: "Deadlocks",
          says: "In five minutes",
          queries: [{ expr: `sum by (server) (increase(pg_stat_database_deadlocks{${D}}[5m]))`, legend: "{{server}}" }],
        },
        {
          title: "Temporary files",
          says: "Bytes a second that queries wrote because work_mem did not suffice",
          unit: "Bps",
          queries: [{ expr: `sum by (server) (rate(pg_stat_database_temp_bytes{${D}}[5m]))`, legend: "{{server}}" }],
        },
        {
          title: "Connection limit",
          says: "What max_connections is set to",
          kind: "stat",
          width: 8,
          height: 8,
          queries: [{ expr: `pg_settings_max_connections{${S}}`, legend: "{{server}}" }],
        },
      ],
    },
    {
      title: "Replication",
      panels: [
        {
          title: "Lag in seconds",
          says: "Against the primary's own position",
          unit: "s",
          link: "/database/replication",
          queries: [{ expr: `pg_replication_lag_seconds{${S}}`, legend: "{{server}}" }],
        },
        {
          title: "Lag in bytes",
          says: "WAL not yet replayed",
          unit: "bytes",
          link: "/database/replication",
          queries: [{ expr: `invigil_replication_lag_bytes{${S}}`, legend: "{{server}}" }],
        },
        {
          title: "WAL held back by slots",
          says: "The primary's disk pays for a reader that is away",
          unit: "bytes",
          link: "/database/replication",
          queries: [{ expr: `pg_replication_slots_pg_wal_lsn_diff{${S}}`, legend: "{{slot_name}}" }],
        },
      ],
    },
  ],
});

const tables = (console: string): DashboardSpec => ({
  uid: "invigil-tables",
  title: "Invigil: tables and indexes",
  says: "Sizes, dead rows, scans and vacuums",
  console,
  rows: [
    {
      title: "Size",
      panels: [
        {
          title: "Databases",
          says: "Size on disk",
          unit: "bytes",
          link: "/database/tables",
          queries: [{ expr: `pg_database_size_bytes{${D}}`, legend: "{{server}} {{datname}}" }],
        },
        {
          title: "Largest tables",
          says: "Without their indexes",
          unit: "bytes",
          link: "/database/tables",
          queries: [{ expr: `topk(10, pg_stat_user_tables_table_size_bytes{${D}})`, legend: "{{schemaname}}.{{relname}}" }],
        },
        {
          title: "Largest indexes",
          says: "Size on disk",
          unit: "bytes",
          link: "/database/indexes",
          queries: [{ expr: `topk(10, invigil_index_size_bytes{${S}})`, legend: "{{indexrelname}}" }],
        },
      ],
    },
    {
      title: "Work",
      panels: [
        {
          title: "Sequential scans",
          says: "A second, the ten busiest tables",
          unit: "ops",
          link: "/database/tables",
          queries: [{ expr: `topk(10, rate(pg_stat_user_tables_seq_scan{${D}}[5m]))`, legend: "{{relname}}" }],
        },
        {
          title: "Index scans",
          says: "A second, the ten busiest indexes",
          unit: "ops",
          link: "/database/indexes",
          queries: [{ expr: `topk(10, rate(invigil_index_scans_total{${S}}[5m]))`, legend: "{{indexrelname}}" }],
        },
        {
          title: "Blocks read from outside the buffers",
          says: "A second, by table",
          unit: "ops",
          queries: [{ expr: `topk(10, rate(pg_statio_user_tables_heap_blocks_read{${D}}[5m]))`, legend: "{{relname}}" }],
        },
      ],
    },
    {
      title: "Cleaning",
      panels: [
        {
          title: "Dead rows",
          says: "What vacuum has yet to remove",
          link: "/database/maintenance",
          queries: [{ expr: `topk(10, pg_stat_user_tables_n_dead_tup{${D}})`, legend: "{{relname}}" }],
        },
        {
          title: "Changed since the last analyze",
          says: "Old statistics make wrong plans",
          link: "/database/maintenance",
          queries: [{ expr: `topk(10, pg_stat_user_tables_n_mod_since_analyze{${D}})`, legend: "{{relname}}" }],
        },
        {
          title: "Age of transaction IDs",
          says: "At two billion the server refuses writes",
          link: "/database/maintenance",
          queries: [{ expr: `pg_database_wraparound_age_datfrozenxid_seconds{${D}}`, legend: "{{server}} {{datname}}" }],
        },
      ],
    },
  ],
});

const backups = (console: string): DashboardSpec => ({
  uid: "invigil-backups",
  title: "Invigil: backups and WAL",
  says: "What would bring the platform back, and how much would be missing",
  console,
  rows: [
    {
      title: "Backups",
      panels: [
        {
          title: "Age of the last good backup",
          says: "Empty until there is one",
          kind: "stat",
          width: 6,
          unit: "s",
          thresholds: [[93_600, "orange"]],
          link: "/database/backups",
          queries: [{ expr: `invigil_backup_age_seconds{${I}}` }],
        },
        {
          title: "Its size",
          says: "On disk",
          kind: "stat",
          width: 6,
          unit: "bytes",
          link: "/database/backups",
          queries: [{ expr: `invigil_backup_size_bytes{${I}}` }],
        },
        {
          title: "Recovery point measured",
          says: "What the last drill would have lost",
          kind: "stat",
          width: 6,
          unit: "s",
          link: "/database/backups",
          queries: [{ expr: `invigil_backup_rpo_seconds{${I}}`, legend: "{{kind}}" }],
        },
        {
          title: "Recovery time measured",
          says: "How long the last drill took",
          kind: "stat",
          width: 6,
          unit: "s",
          link: "/database/backups",
          queries: [{ expr: `invigil_backup_rto_seconds{${I}}`, legend: "{{kind}}" }],
        },
        {
          title: "Backups by state",
          says: "Running, done, failed, expired",
          queries: [{ expr: `invigil_backups{${I}}`, legend: "{{state}}" }],
          link: "/database/backups",
        },
        {
          title: "Checks",
          says: "1 when the last check of a kind found the backup good",
          queries: [{ expr: `invigil_backup_check_ok{${I}}`, legend: "{{kind}}" }],
          link: "/database/backups",
        },
        {
          title: "Since the last check",
          says: "A backup nobody has tried is a hope",
          unit: "s",
          queries: [{ expr: `invigil_backup_check_age_seconds{${I}}`, legend: "{{kind}}" }],
          link: "/database/backups",
        },
      ],
    },
    {
      title: "WAL",
      panels: [
        {
          title: "WAL written",
          says: "Bytes a second",
          unit: "Bps",
          queries: [{ expr: `rate(pg_stat_wal_bytes_total{${S}}[5m])`, legend: "{{server}}" }],
        },
        {
          title: "WAL on disk",
          says: "Grows when a slot or the archive holds it back",
          unit: "bytes",
          queries: [{ expr: `pg_wal_size_bytes{${S}}`, legend: "{{server}}" }],
          link: "/database/replication",
        },
        {
          title: "Archived and failed",
          says: "Segments in five minutes",
          queries: [
            { expr: `increase(pg_stat_archiver_archived_count{${S}}[5m])`, legend: "archived" },
            { expr: `increase(pg_stat_archiver_failed_count{${S}}[5m])`, legend: "failed" },
          ],
          link: "/database/replication",
        },
        {
          title: "Checkpoints",
          says: "On schedule, and asked for: many of those mean max_wal_size is small",
          queries: [
            { expr: `increase(pg_stat_checkpointer_num_timed_total{${S}}[15m])`, legend: "{{server}} timed" },
            { expr: `increase(pg_stat_checkpointer_num_requested_total{${S}}[15m])`, legend: "{{server}} requested" },
          ],
        },
        {
          title: "Buffers written by checkpoints",
          says: "A second",
          unit: "ops",
          queries: [{ expr: `rate(pg_stat_checkpointer_buffers_written_total{${S}}[5m])`, legend: "{{server}}" }],
        },
        {
          title: "Buffers written by the background writer",
          says: "A second",
          unit: "ops",
          queries: [{ expr: `rate(pg_stat_bgwriter_buffers_clean_total{${S}}[5m])`, legend: "{{server}}" }],
        },
      ],
    },
  ],
});

const examDay = (console: string): DashboardSpec => ({
  uid: "invigil-exam-day",
  title: "Invigil: exam day",
  says: "Attempts, integrity, reviews and what each tenant asks of the database",
  console,
  rows: [
    {
      title: "Exams",
      panels: [
        {
          title: "Attempts of the last day",
          says: "By state",
          stack: true,
          width: 12,
          link: "/exams/today",
          queries: [{ expr: `invigil_attempts{${I}}`, legend: "{{state}}" }],
        },
        {
          title: "Attempts in progress",
          says: "By tenant",
          stack: true,
          width: 12,
          link: "/exams/today",
          queries: [{ expr: `invigil_tenant_attempts_in_progress{${I},tenant=~"$tenant"}`, legend: "{{tenant}}" }],
        },
        {
          title: "Exams",
          says: "By status",
          kind: "bargauge",
          link: "/exams",
          queries: [{ expr: `invigil_exams{${I}}`, legend: "{{status}}" }],
        },
        {
          title: "Tenants",
          says: "By subscription status",
          kind: "bargauge",
          link: "/tenants",
          queries: [{ expr: `invigil_tenants{${I}}`, legend: "{{status}}" }],
        },
        {
          title: "Share of the database at work",
          says: "By tenant",
          unit: "percentunit",
          stack: true,
          link: "/database",
          queries: [{ expr: `invigil_tenant_load_ratio{${S},tenant=~"$tenant"}`, legend: "{{tenant}}" }],
        },
      ],
    },
    {
      title: "Integrity",
      panels: [
        {
          title: "Integrity events",
          says: "Of attempts of the last day, by type",
          stack: true,
          link: "/integrity",
          queries: [{ expr: `invigil_integrity_events{${I}}`, legend: "{{type}}" }],
        },
        {
          title: "Reviews",
          says: "By state",
          stack: true,
          link: "/integrity",
          queries: [{ expr: `invigil_reviews{${I}}`, legend: "{{state}}" }],
        },
        {
          title: "Oldest open review",
          says: "How long someone has waited for an answer",
          unit: "s",
          link: "/integrity",
          queries: [{ expr: `invigil_review_oldest_age_seconds{${I}}`, legend: "waiting" }],
        },
        {
          title: "Appeals",
          says: "By status",
          kind: "bargauge",
          link: "/integrity/appeals",
          queries: [{ expr: `invigil_appeals{${I}}`, legend: "{{status}}" }],
        },
        {
          title: "Audit log",
          says: "Entries under the signed head, and those that wait",
          link: "/audit/integrity",
          queries: [
            { expr: `invigil_audit_log_entries{${I}}`, legend: "signed" },
            { expr: `invigil_audit_pending_entries{${I}}`, legend: "waiting" },
          ],
        },
        {
          title: "Last verification",
          says: "1 when the log was found whole",
          kind: "stat",
          height: 8,
          link: "/audit/integrity",
          queries: [{ expr: `invigil_audit_verification_ok{${I}}` }],
        },
      ],
    },
  ],
});

const itself = (console: string): DashboardSpec => ({
  uid: "invigil-console",
  title: "Invigil: the console itself",
  says: "Alerts, probes, schedules, jobs, pools and requests of Invigil's own processes",
  console,
  rows: [
    {
      title: "Alerts and probes",
      panels: [
        {
          title: "Alerts that fire",
          says: "By severity, as the collector sees them",
          stack: true,
          link: "/database/alerts",
          queries: [{ expr: `invigil_alerts_firing{${I}}`, legend: "{{severity}}" }],
        },
        {
          title: "Probes that bring nothing",
          says: "Their series have ended",
          link: "/database/health",
          queries: [{ expr: `sum by (server) (invigil_probe_stale{${S}})`, legend: "{{server}}" }],
        },
        {
          title: "Slowest probes",
          says: "What the last look cost",
          unit: "s",
          link: "/database/health",
          queries: [{ expr: `topk(5, pg_scrape_collector_duration_seconds{${S}})`, legend: "{{server}} {{collector}}" }],
        },
        {
          title: "Series shown",
          says: "And how many were left out by a limit",
          queries: [{ expr: `invigil_series{${I}}`, legend: "shown" }],
        },
        {
          title: "Schedules that fail",
          says: "Failures in five minutes",
          queries: [{ expr: `sum by (schedule) (increase(invigil_schedule_failures_total{${I}}[5m]))`, legend: "{{schedule}}" }],
        },
        {
          title: "Samples kept",
          says: "Rows a second",
          unit: "ops",
          queries: [{ expr: `rate(invigil_samples_written_total{${I}}[5m])`, legend: "written" }],
        },
      ],
    },
    {
      title: "Work",
      panels: [
        {
          title: "Requests",
          says: "A second, by status class",
          unit: "reqps",
          stack: true,
          queries: [{ expr: `sum by (status) (rate(invigil_http_requests_total{${I}}[5m]))`, legend: "{{status}}" }],
        },
        {
          title: "Time to answer",
          says: "Median and 99 of 100",
          unit: "s",
          queries: [
            {
              expr: `histogram_quantile(0.5, sum by (le) (rate(invigil_http_request_duration_seconds_bucket{${I}}[5m])))`,
              legend: "median",
            },
            {
              expr: `histogram_quantile(0.99, sum by (le) (rate(invigil_http_request_duration_seconds_bucket{${I}}[5m])))`,
              legend: "99 %",
            },
          ],
        },
        {
          title: "Slowest verbs",
          says: "Mean time by verb",
          unit: "s",
          queries: [
            {
              expr: `topk(10, sum by (verb) (rate(invigil_verb_duration_seconds_sum{${I}}[5m])) / (sum by (verb) (rate(invigil_verb_duration_seconds_count{${I}}[5m])) > 0))`,
              legend: "{{verb}}",
            },
          ],
        },
        {
          title: "Jobs",
          says: "By state",
          stack: true,
          link: "/jobs",
          queries: [{ expr: `invigil_jobs{${I}}`, legend: "{{state}}" }],
        },
        {
          title: "Pools",
          says: "Connections in use",
          link: "/database/connections",
          queries: [
            {
              expr: `invigil_pool_connections{${I},state="total"} - ignoring(state) invigil_pool_connections{${I},state="idle"}`,
              legend: "{{process}} {{pool}}",
            },
          ],
        },
        {
          title: "Waiting for a connection",
          says: "Requests that have none yet",
          link: "/database/connections",
          queries: [{ expr: `invigil_pool_connections{${I},state="waiting"}`, legend: "{{process}} {{pool}}" }],
        },
      ],
    },
    {
      title: "Processes",
      panels: [
        {
          title: "Processor",
          says: "Cores used",
          queries: [{ expr: `rate(process_cpu_seconds_total{${I}}[5m])`, legend: "{{process}}" }],
        },
        {
          title: "Memory",
          says: "Resident",
          unit: "bytes",
          queries: [{ expr: `process_resident_memory_bytes{${I}}`, legend: "{{process}}" }],
        },
        {
          title: "Event loop delay",
          says: "99 of 100 turns are shorter",
          unit: "s",
          queries: [{ expr: `nodejs_eventloop_lag_p99_seconds{${I}}`, legend: "{{process}}" }],
        },
      ],
    },
  ],
});

export const dashboards = (console: string): DashboardSpec[] =>
  [postgres, tables, backups, examDay, itself].map((make) => make(console));
