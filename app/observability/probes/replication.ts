import { z } from "zod";
import { named } from "../metric-series.ts";
import { needsMonitor, probe } from "../probe.ts";
import { maskedName } from "../queries/mask.ts";

/** This end of the stream: what it has written or replayed, and (on a standby) whether its receiver is alive. */
export const position = probe({
  name: "position",
  lane: "fast",
  everyMs: 1000,
  timeoutMs: 900,
  missing: needsMonitor,
  sql: () => `
select pg_is_in_recovery() as recovering,
       case when pg_is_in_recovery() then null else pg_current_wal_lsn()::text end as written,
       pg_last_wal_receive_lsn()::text as received, pg_last_wal_replay_lsn()::text as replayed,
       pg_last_xact_replay_timestamp() as replayed_at, clock_timestamp() as now,
       case when pg_is_in_recovery() then pg_is_wal_replay_paused() else false end as paused,
       r.status as receiver, r.pid is not null and r.status is null as receiver_hidden, r.flushed_lsn::text as receiver_flushed, r.latest_end_lsn::text as sender_end, r.last_msg_receipt_time as last_message,
       trim(both '''' from substring(r.conninfo from 'host=([^ ]*)')) as upstream_host, r.receive_start_lsn::text as receive_start, r.receive_start_tli::int as receive_start_timeline,
       r.received_tli::int as receiver_timeline, r.last_msg_send_time as last_sent, r.latest_end_time as sender_end_at,
       r.sender_host, r.sender_port, r.slot_name,
       -- After a promotion the control file still names the old timeline, until the next checkpoint.
       case
         when pg_is_in_recovery() then coalesce(r.received_tli, (select timeline_id from pg_control_checkpoint()))
         else ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::int
       end::int as timeline,
       pg_postmaster_start_time() as started_at,
       (select system_identifier::text from pg_control_system()) as system_id, host(inet_server_addr()) as address, inet_server_port() as port
from (select 1) as one left join pg_stat_wal_receiver r on true`,
  row: z.object({
    recovering: z.boolean(),
    written: z.string().nullable(),
    received: z.string().nullable(),
    replayed: z.string().nullable(),
    replayed_at: z.date().nullable(),
    now: z.date(),
    paused: z.boolean(),
    receiver: z.string().nullable(),
    receiver_hidden: z.boolean(),
    receiver_flushed: z.string().nullable(),
    sender_end: z.string().nullable(),
    last_message: z.date().nullable(),
    upstream_host: z.string().nullable(),
    receive_start: z.string().nullable(),
    receive_start_timeline: z.number().nullable(),
    receiver_timeline: z.number().nullable(),
    last_sent: z.date().nullable(),
    sender_end_at: z.date().nullable(),
    sender_host: z.string().nullable(),
    sender_port: z.number().nullable(),
    slot_name: z.string().nullable(),
    timeline: z.number().nullable(),
    started_at: z.date(),
    system_id: z.string().nullable(),
    address: z.string().nullable(),
    port: z.number().nullable(),
  }),
});

/** The sending end: one row per connected standby. One that is not here does not receive. */
export const senders = probe({
  name: "senders",
  lane: "fast",
  everyMs: 1000,
  timeoutMs: 900,
  missing: needsMonitor,
  sql: () => `
select r.pid, r.application_name as app, host(r.client_addr) as address, r.state, r.sync_state, r.backend_start, s.slot_name,
       r.sent_lsn::text as sent, r.write_lsn::text as written, r.flush_lsn::text as flushed, r.replay_lsn::text as replayed,
       (extract(epoch from r.write_lag))::float8 as write_lag_s, (extract(epoch from r.flush_lag))::float8 as flush_lag_s,
       (extract(epoch from r.replay_lag))::float8 as replay_lag_s, r.reply_time
from pg_stat_replication r left join pg_replication_slots s on s.active_pid = r.pid`,
  row: z.object({
    pid: z.number(),
    app: maskedName,
    address: z.string().nullable(),
    state: z.string().nullable(),
    sync_state: z.string().nullable(),
    backend_start: z.date().nullable(),
    slot_name: z.string().nullable(),
    sent: z.string().nullable(),
    written: z.string().nullable(),
    flushed: z.string().nullable(),
    replayed: z.string().nullable(),
    write_lag_s: z.number().nullable(),
    flush_lag_s: z.number().nullable(),
    replay_lag_s: z.number().nullable(),
    reply_time: z.date().nullable(),
  }),
});

export const slots = probe({
  name: "slots",
  lane: "slow",
  everyMs: 15_000,
  timeoutMs: 2000,
  missing: needsMonitor,
  sql: (server) => `
select slot_name as name, slot_type as type, database, active, wal_status, restart_lsn::text as restart, safe_wal_size::bigint as safe_bytes,
       case when pg_is_in_recovery() then null else pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn)::bigint end as retained_bytes,
       pg_wal_lsn_diff(case when pg_is_in_recovery() then pg_last_wal_receive_lsn() else pg_current_wal_lsn() end, '0/0')::float8 as current_bytes,
       pg_wal_lsn_diff(coalesce(confirmed_flush_lsn, '0/0'), '0/0')::float8 as confirmed_bytes,
       ${server.major >= 17 ? "inactive_since" : "null::timestamptz as inactive_since"}, age(xmin)::bigint as xmin_age, age(catalog_xmin)::bigint as catalog_xmin_age
from pg_replication_slots`,
  row: z.object({
    name: z.string(),
    type: z.string(),
    /** Of a logical one. */
    database: z.string().nullable(),
    active: z.boolean(),
    wal_status: z.string().nullable(),
    restart: z.string().nullable(),
    safe_bytes: z.number().nullable(),
    retained_bytes: z.number().nullable(),
    current_bytes: z.number().nullable(),
    confirmed_bytes: z.number(),
    inactive_since: z.date().nullable(),
    xmin_age: z.number().nullable(),
    catalog_xmin_age: z.number().nullable(),
  }),
  keeps: (keep) => [keep.numbers((row) => [named("slot.retained_bytes", row.retained_bytes, row.name)])],
});

export const archiver = probe({
  name: "archiver",
  lane: "slow",
  everyMs: 15_000,
  timeoutMs: 2000,
  on: "primary",
  missing: needsMonitor,
  sql: () => `
select current_setting('archive_mode') as mode,
       current_setting('archive_command') <> '' or coalesce(current_setting('archive_library', true), '') <> '' as has_command,
       archived_count::bigint as archived, last_archived_wal, last_archived_time, failed_count::bigint as failed,
       last_failed_wal, last_failed_time, coalesce(w.backlog, 0) as backlog, w.waiting_since,
       pg_postmaster_start_time() as started_at
from pg_stat_archiver
left join lateral (
  select count(*)::int as backlog, min(modification) as waiting_since
  from pg_ls_archive_statusdir()
  where name like '%.ready' and current_setting('archive_mode') <> 'off'
) w on true`,
  row: z.object({
    mode: z.string(),
    has_command: z.boolean(),
    archived: z.number(),
    last_archived_wal: z.string().nullable(),
    last_archived_time: z.date().nullable(),
    failed: z.number(),
    last_failed_wal: z.string().nullable(),
    last_failed_time: z.date().nullable(),
    backlog: z.number(),
    waiting_since: z.date().nullable(),
    started_at: z.date(),
  }),
  keeps: (keep) => [
    keep.numbers((row) => [named("archive.backlog", row.backlog)]),
    keep.rates(["failed"], (n) => [named("archive.failed", n.failed)]),
  ],
});

/** Queries that replay cancelled, in every database of the standby. */
export const conflicts = probe({
  name: "conflicts",
  lane: "slow",
  everyMs: 15_000,
  timeoutMs: 2000,
  on: "standby",
  missing: needsMonitor,
  sql: () => `
select coalesce(sum(confl_tablespace), 0)::bigint as tablespace, coalesce(sum(confl_lock), 0)::bigint as lock,
       coalesce(sum(confl_snapshot), 0)::bigint as snapshot, coalesce(sum(confl_bufferpin), 0)::bigint as bufferpin,
       coalesce(sum(confl_deadlock), 0)::bigint as deadlock
from pg_stat_database_conflicts`,
  row: z.object({
    tablespace: z.number(),
    lock: z.number(),
    snapshot: z.number(),
    bufferpin: z.number(),
    deadlock: z.number(),
  }),
  keeps: (keep) => [keep.totals("standby.conflicts", (row) => row)],
});
