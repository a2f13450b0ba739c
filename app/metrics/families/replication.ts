import type { ProbeRow } from "~/observability/probes/all.ts";
import { position } from "~/observability/replication/lag.ts";
import { family, perRow, secondsOf, type Family, type Point } from "../family.ts";

const lsn = (text: string | null): number | null => (text ? Number(position(text)) : null);
const behind = (written: string | null | undefined, text: string | null): number | null =>
  written && text ? Math.max(0, Number(position(written) - position(text))) : null;

/** postgres_exporter's numbers of what a receiver is at. */
const RECEIVER_STATES: Record<string, number> = {
  stopped: 0,
  starting: 1,
  streaming: 2,
  waiting: 3,
  restarting: 4,
  stopping: -1,
};
const UNKNOWN_STATE = -2;

/** Positions are cut as the exporter cuts them, so that they fit in a float. */
const cut = (text: string | null): number | null => (text ? Number(position(text) % 2n ** 52n) : null);

type Position = ProbeRow<"position">;
const RECEIVER: [name: string, type: Family["type"], help: string, read: (row: Position) => number | null][] = [
  [
    "status",
    "gauge",
    "What a standby's receiver is at: 0 stopped, 1 starting, 2 streaming, 3 waiting, 4 restarting, -1 stopping",
    (row) => RECEIVER_STATES[row.receiver ?? ""] ?? UNKNOWN_STATE,
  ],
  ["receive_start_lsn", "counter", "Position at which the receiver began, in bytes", (row) => cut(row.receive_start)],
  ["receive_start_tli", "gauge", "Timeline at which the receiver began", (row) => row.receive_start_timeline],
  ["flushed_lsn", "counter", "Position up to which was received and written, in bytes", (row) => cut(row.receiver_flushed)],
  ["received_tli", "gauge", "Timeline of what was received last", (row) => row.receiver_timeline],
  ["last_msg_send_time", "counter", "When the sender sent its last message, Unix time", (row) => secondsOf(row.last_sent)],
  ["last_msg_receipt_time", "counter", "When the last message came, Unix time", (row) => secondsOf(row.last_message)],
  ["latest_end_lsn", "counter", "Position last told to the sender, in bytes", (row) => cut(row.sender_end)],
  ["latest_end_time", "counter", "When a position was last told to the sender, Unix time", (row) => secondsOf(row.sender_end_at)],
  [
    "upstream_node",
    "gauge",
    "Number of the node above in a slot named by repmgr, else 0",
    (row) => Number(/repmgr_slot_(\d+)/.exec(row.slot_name ?? "")?.[1] ?? 0),
  ],
];

/** The exporter's names before 0.20 and since. */
const SLOT_PREFIXES = ["pg_replication_slot", "pg_replication_slots"] as const;
const SLOT_ACTIVE = [
  "pg_replication_slots_active",
  "pg_replication_slot_slot_is_active",
  "pg_replication_slots_slot_is_active",
] as const;
const SLOT_LABELS = ["slot_name", "slot_type", "database"] as const;
const slotLabels = (row: ProbeRow<"slots">) => ({ slot_name: row.name, slot_type: row.type, database: row.database });

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
      ...view.targets
        .filter((target) => target.kind === "primary" && target.reachable)
        .map((target): Point => [{ server: target.name }, 0]),
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
  perRow(
    "senders",
    "pg_stat_replication_reply_time",
    "gauge",
    "When a connected standby last answered, Unix time",
    ["application_name", "client_addr", "slot_name", "state"],
    (row) => [
      { application_name: row.app, client_addr: row.address, slot_name: row.slot_name, state: row.state },
      secondsOf(row.reply_time),
    ],
    100,
  ),
  ...RECEIVER.map(([name, type, help, read]) =>
    perRow("position", `pg_stat_wal_receiver_${name}`, type, help, ["upstream_host", "slot_name"], (row) =>
      row.receiver ? [{ upstream_host: row.upstream_host, slot_name: row.slot_name }, read(row)] : null,
    ),
  ),
  perRow(
    "position",
    "pg_replication_last_replay_seconds",
    "gauge",
    "Seconds since the commit that was replayed last; grows on an idle primary too",
    [],
    (row, view) => [{}, row.replayed_at ? Math.max(0, view.now - row.replayed_at.getTime()) / 1000 : null],
  ),
  ...SLOT_ACTIVE.map((name) =>
    perRow("slots", name, "gauge", "1 while someone reads from the slot", SLOT_LABELS, (row) => [
      slotLabels(row),
      row.active ? 1 : 0,
    ]),
  ),
  perRow("slots", "pg_replication_slots_pg_wal_lsn_diff", "gauge", "Bytes of WAL that a slot holds back", SLOT_LABELS, (row) => [
    slotLabels(row),
    row.retained_bytes,
  ]),
  ...SLOT_PREFIXES.flatMap((prefix) => [
    perRow(
      "slots",
      `${prefix}_slot_current_wal_lsn`,
      "gauge",
      "The server's WAL position in bytes, beside each slot",
      SLOT_LABELS,
      (row) => [slotLabels(row), row.current_bytes],
    ),
    perRow(
      "slots",
      `${prefix}_slot_confirmed_flush_lsn`,
      "gauge",
      "What the reader of an active slot has confirmed, in bytes; 0 for a physical one",
      SLOT_LABELS,
      (row) => (row.active ? [slotLabels(row), row.confirmed_bytes] : null),
    ),
    perRow(
      "slots",
      `${prefix}_safe_wal_size_bytes`,
      "gauge",
      "Bytes that may still be written before the slot is lost; absent without a limit",
      SLOT_LABELS,
      (row) => [slotLabels(row), row.safe_bytes],
    ),
    perRow(
      "slots",
      `${prefix}_wal_status`,
      "gauge",
      "What the slot's WAL is: reserved, extended, unreserved or lost; always 1",
      [...SLOT_LABELS, "wal_status"],
      (row) => (row.wal_status ? [{ ...slotLabels(row), wal_status: row.wal_status }, 1] : null),
    ),
  ]),
];
