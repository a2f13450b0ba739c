import { position } from "~/observability/replication/lag.ts";
import { family, perRow, secondsOf, type Family, type Point } from "../family.ts";

const lsn = (text: string | null): number | null => (text ? Number(position(text)) : null);
const behind = (written: string | null | undefined, text: string | null): number | null =>
  written && text ? Math.max(0, Number(position(written) - position(text))) : null;

export const REPLICATION: readonly Family[] = [
  perRow("position", "pg_replication_is_replica", "gauge", "1 on a standby, 0 on a primary", [], (row) => [
    {},
    row.recovering ? 1 : 0,
  ]),
  family(
    "pg_replication_lag_seconds",
    "gauge",
    "How old what a standby shows is, by the primary's position (0 on the primary)",
    ["server"],
    (view): Point[] => [
      ...view.targets.filter((one) => one.kind === "primary" && one.reachable).map((one): Point => [{ server: one.name }, 0]),
      ...view.lags.map((lag): Point => [{ server: lag.target }, lag.seconds]),
    ],
  ),
  family("invigil_replication_lag_bytes", "gauge", "Bytes of WAL a standby has not replayed", ["server"], (view) =>
    view.lags.map((lag): Point => [{ server: lag.target }, lag.bytes]),
  ),
  family("invigil_replication_receiving", "gauge", "1 while a standby receives, 0 while it does not", ["server"], (view) =>
    view.lags.map((lag): Point => [{ server: lag.target }, lag.receiving === null ? null : lag.receiving ? 1 : 0]),
  ),
  perRow(
    "position",
    "pg_replication_last_replay_timestamp_seconds",
    "gauge",
    "Commit time of what was replayed last",
    [],
    (row) => [{}, secondsOf(row.replayed_at)],
  ),
  perRow(
    "senders",
    "pg_stat_replication_pg_wal_lsn_diff",
    "gauge",
    "Bytes a connected standby has yet to replay",
    ["application_name", "client_addr", "slot_name", "state"],
    (row, view, server) => [
      { application_name: row.app, client_addr: row.address, slot_name: row.slot_name, state: row.state },
      behind(view.fresh(server, "position")?.[0]?.written, row.replayed),
    ],
    100,
  ),
  perRow(
    "senders",
    "pg_stat_replication_pg_current_wal_lsn_bytes",
    "gauge",
    "The sender's WAL position in bytes",
    ["application_name", "client_addr", "slot_name", "state"],
    (row, view, server) => [
      { application_name: row.app, client_addr: row.address, slot_name: row.slot_name, state: row.state },
      lsn(view.fresh(server, "position")?.[0]?.written ?? null),
    ],
    100,
  ),
  ...(["pg_replication_slots_active", "pg_replication_slot_slot_is_active"] as const).map((name) =>
    perRow("slots", name, "gauge", "1 while somebody reads from the slot", ["slot_name", "slot_type"], (row) => [
      { slot_name: row.name, slot_type: row.type },
      row.active ? 1 : 0,
    ]),
  ),
  perRow(
    "slots",
    "pg_replication_slots_pg_wal_lsn_diff",
    "gauge",
    "Bytes of WAL that a slot holds back",
    ["slot_name", "slot_type"],
    (row) => [{ slot_name: row.name, slot_type: row.type }, row.retained_bytes],
  ),
  perRow(
    "slots",
    "pg_replication_slot_slot_current_wal_lsn",
    "gauge",
    "The server's WAL position in bytes, beside each slot",
    ["slot_name", "slot_type"],
    (row) => [{ slot_name: row.name, slot_type: row.type }, row.current_bytes],
  ),
  perRow(
    "slots",
    "pg_replication_slot_slot_confirmed_flush_lsn",
    "gauge",
    "What the reader of an active slot has confirmed, in bytes; 0 for a physical one",
    ["slot_name", "slot_type"],
    (row) => (row.active ? [{ slot_name: row.name, slot_type: row.type }, row.confirmed_bytes] : null),
  ),
  perRow(
    "slots",
    "pg_replication_slot_safe_wal_size_bytes",
    "gauge",
    "Bytes that may still be written before the slot is lost; absent without a limit",
    ["slot_name", "slot_type"],
    (row) => [{ slot_name: row.name, slot_type: row.type }, row.safe_bytes],
  ),
  perRow(
    "slots",
    "pg_replication_slot_wal_status",
    "gauge",
    "What the slot's WAL is: reserved, extended, unreserved or lost; always 1",
    ["slot_name", "slot_type", "wal_status"],
    (row) => (row.wal_status ? [{ slot_name: row.name, slot_type: row.type, wal_status: row.wal_status }, 1] : null),
  ),
];
