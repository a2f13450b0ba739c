import type { LogHealth } from "~/audit/health.server.ts";
import { bytes, count, plural, seconds } from "~/platform/format.ts";
import type { ProbeKey, ProbeRow } from "../probes/all.ts";
import { bare, contested, lockTrees, longestWaitMs, nameOf, waitersOf } from "../locks/tree.ts";
import { headroomOf } from "../connections/headroom.ts";
import { readTag } from "../load/tags.ts";
import { brief } from "../queries/mask.ts";
import { archivingOf } from "../replication/archiving.ts";
import type { Lag } from "../replication/lag.ts";
import type { Sample } from "../sampler/sample.ts";
import type { TargetState } from "../sampler/sampler.server.ts";
import { targetLabel } from "../target.ts";
import { unknownKey, type Reading, type Signal } from "./evaluate.ts";
import type { MetricKey } from "./rules.ts";
import { BACKUP_METRICS, backupSignals, type BackupHealth } from "../backups/signals.ts";

export type Watch = {
  now: number;
  targets: TargetState[];
  latest<K extends ProbeKey>(target: string, key: K): Sample<ProbeRow<K>> | null;
  lags: Lag[];
  /** The slowest statement's mean over the last minutes; null while there is none. */
  slowest: { queryId: string; meanMs: number; calls: number; text: string } | null;
  hitRatio: number | null;
  pools: { process: string; pool: string; max: number; total: number; idle: number; waiting: number }[] | null;
  disk: { used: number; where: string } | null;
  /** Null: could not be read yet; absent: the files are not here, and neither are backups of ours. */
  backups?: BackupHealth | null;
  /** Null: could not be read yet. */
  audit?: LogHealth | null;
  staleProbes: { target: string; probe: string; seconds: number; reason: string }[];
};

const HOUR_MS = 3_600_000;

/** Everything that rules look at, from the latest samples. What a failed probe would have told is unknown, not zero. */
export function readSignals(watch: Watch): Reading {
  const signals: Signal[] = [];
  const unknown = new Set<string>();
  const from = <K extends ProbeKey>(
    key: K,
    target: string,
    metrics: MetricKey[],
    read: (rows: ProbeRow<K>[]) => (Omit<Signal, "target" | "label"> & { label?: string })[],
  ) => {
    const sample = watch.latest(target, key);
    const state = watch.targets.find((one) => one.name === target);
    if (!sample?.rows || state?.reachable === false) {
      for (const metric of metrics) unknown.add(unknownKey(metric, target));
      return;
    }
    for (const signal of read(sample.rows)) signals.push({ label: "", ...signal, target });
  };
  for (const target of watch.targets) {
    const name = target.name;
    if (target.reachable !== null)
      signals.push({
        metric: "target.down",
        target: name,
        label: "",
        value: target.reachable ? 0 : 1,
        says: `${targetLabel(name)} does not answer: ${target.error ?? ""}`,
        title: `${targetLabel(name)} down`,
        cause: `${targetLabel(name)} can't be reached: ${target.error ?? "no answer"}`,
      });
    from("locks", name, ["locks.waiting"], (rows) => [lockSignal(rows)]);
    from(
      "activity",
      name,
      ["query.longest_ms", "sessions.idle_in_transaction_s", "sessions.longest_transaction_s"],
      activitySignals,
    );
    from("backends", name, ["connections.used_ratio"], (rows) => (rows[0] ? [connectionSignal(rows)] : []));
    from("slots", name, ["slot.retained_bytes"], (rows) =>
      rows
        .filter((row) => row.retained_bytes !== null)
        .map((row) => ({
          metric: "slot.retained_bytes",
          label: row.name,
          value: row.retained_bytes!,
          says: `Slot ${row.name} (${row.active ? "active" : "inactive"}) holds back ${bytes(row.retained_bytes!)} of WAL`,
        })),
    );
    from("databases", name, ["checksums.failed"], (rows) =>
      rows.map((row) => ({
        metric: "checksums.failed",
        label: row.name,
        value: row.checksum_failures ?? 0,
        says: `${plural(row.checksum_failures ?? 0, "page")} of ${row.name} on ${targetLabel(name)} failed the checksum since the statistics were reset`,
      })),
    );
    from("ages", name, ["age.xid"], (rows) =>
      rows.map((row) => ({
        metric: "age.xid",
        label: row.database,
        value: row.xid_age,
        says: `The oldest transaction id of ${row.database} is ${count(row.xid_age)} old`,
      })),
    );
  }
  from("tables", "primary", ["tables.dead_unvacuumed"], (rows) => {
    const late = rows
      .filter((row) => row.dead > 0 && (!row.autovacuumed_at || watch.now - row.autovacuumed_at.getTime() > HOUR_MS))
      .sort((a, b) => b.dead - a.dead);
    const worst = late[0];
    return [
      {
        metric: "tables.dead_unvacuumed",
        value: worst?.dead ?? 0,
        says: worst
          ? `${bare(worst.name)} has ${count(worst.dead)} dead rows, and no autovacuum for an hour`
          : "No table has dead rows for long",
      },
    ];
  });
  from("archiver", "primary", ["archive.failing_s"], (rows) => {
    const row = rows[0];
    if (!row || row.mode === "off") return [];
    const { failingSeconds, says } = archivingOf(row, watch.now);
    return [{ metric: "archive.failing_s", value: failingSeconds, says }];
  });
  from("prepared", "primary", ["prepared.age_s"], (rows) => {
    const oldest = rows[0];
    // It goes on getting older between two looks.
    const age = oldest ? (watch.now - oldest.since.getTime()) / 1000 : 0;
    return [
      {
        metric: "prepared.age_s",
        value: Math.max(0, age),
        says: oldest
          ? `Transaction "${oldest.gid}" of ${oldest.owner} in ${oldest.database} was prepared ${seconds(Math.max(0, age))} ago and is not ended`
          : "No transaction is prepared",
      },
    ];
  });
  for (const lag of watch.lags) signals.push(...lagSignals(lag, unknown));
  if (watch.slowest)
    signals.push({
      metric: "query.mean_ms",
      target: "primary",
      label: "",
      value: watch.slowest.meanMs,
      says: `${brief(watch.slowest.text, 80)} takes ${seconds(watch.slowest.meanMs / 1000)} on average over ${count(watch.slowest.calls)} calls`,
      facts: { queryId: watch.slowest.queryId },
    });
  if (watch.hitRatio === null) unknown.add(unknownKey("db.hit_ratio", "primary"));
  else
    signals.push({
      metric: "db.hit_ratio",
      target: "primary",
      label: "",
      value: watch.hitRatio,
      says: `${Math.round(watch.hitRatio * 100)} % of block reads were served from memory`,
    });
  if (watch.pools === null)
    for (const metric of ["pool.used_ratio", "pool.waiting"] as const) unknown.add(unknownKey(metric, "primary"));
  for (const pool of watch.pools ?? []) {
    const label = `${pool.process} ${pool.pool}`;
    const used = pool.total - pool.idle;
    signals.push({
      metric: "pool.used_ratio",
      target: "primary",
      label,
      value: pool.max > 0 ? used / pool.max : 0,
      says: `${used} of ${pool.max} connections of the pool ${label} are in use`,
    });
    signals.push({
      metric: "pool.waiting",
      target: "primary",
      label,
      value: pool.waiting,
      says: `${pool.waiting} requests wait for the pool ${label}`,
    });
  }
  if (watch.disk)
    signals.push({
      metric: "disk.used_ratio",
      target: "primary",
      label: "",
      value: watch.disk.used,
      says: `The disk of ${watch.disk.where} is ${Math.round(watch.disk.used * 100)} % full`,
    });
  if (watch.backups === null) for (const metric of BACKUP_METRICS) unknown.add(unknownKey(metric, "primary"));
  else if (watch.backups) signals.push(...backupSignals(watch.backups, watch.now));
  if (watch.audit === null)
    for (const metric of ["audit.broken", "audit.behind_s"] as const) unknown.add(unknownKey(metric, "primary"));
  else if (watch.audit) signals.push(...auditSignals(watch.audit));
  for (const probe of watch.staleProbes)
    signals.push({
      metric: "probe.stale_s",
      target: probe.target,
      label: probe.probe,
      value: probe.seconds,
      says: `The probe ${probe.probe} has returned no data for ${seconds(probe.seconds)}: ${probe.reason}`,
    });
  return { signals, unknown };
}

function lockSignal(rows: ProbeRow<"locks">[]): Omit<Signal, "target" | "label"> {
  const trees = lockTrees(rows);
  const waiting = trees.reduce((sum, tree) => sum + waitersOf(tree), 0);
  const root = trees[0];
  if (!root || waiting === 0) return { metric: "locks.waiting", value: 0, says: "No session is waiting for a lock" };
  const relation = bare(contested(root)) ?? "a row";
  const who = nameOf(root);
  const holds = root.holds.find((held) => held.endsWith(`.${relation}`)) ?? root.holds[0] ?? null;
  return {
    metric: "locks.waiting",
    value: waiting,
    title: `Lock on ${relation}`,
    says: `${plural(waiting, "session is waiting", "sessions are waiting")} for a lock on ${relation}, the longest for ${seconds(longestWaitMs(root) / 1000)}; ${who} holds it`,
    cause: `${who} ${holds ? `held ${holds.replace("public.", "")}` : "held a lock"} and blocked ${plural(waiting, "session")}. Its statement: ${brief(root.query, 200)}`,
    facts: { relation, root, waiting },
  };
}

function activitySignals(rows: ProbeRow<"activity">[]): Omit<Signal, "target" | "label">[] {
  const ours = rows.filter((row) => row.backend_type === "client backend");
  const top = (list: typeof ours, value: (row: (typeof ours)[number]) => number | null) =>
    [...list].sort((a, b) => (value(b) ?? 0) - (value(a) ?? 0))[0];
  const name = (row: (typeof ours)[number]) => {
    const tag = readTag(row.app);
    return `${tag.app ?? "a session"}${tag.tenant ? ` of ${tag.tenant}` : ""} (pid ${row.pid})`;
  };
  const running = top(
    ours.filter((row) => row.state === "active"),
    (row) => row.query_ms,
  );
  const idle = top(
    ours.filter((row) => row.state.startsWith("idle in transaction")),
    (row) => row.state_ms,
  );
  const long = top(ours, (row) => row.transaction_ms);
  return [
    {
      metric: "query.longest_ms",
      value: running?.query_ms ?? 0,
      says: running
        ? `${name(running)} runs ${brief(running.query ?? "", 80)} for ${seconds((running.query_ms ?? 0) / 1000)}`
        : "Nothing runs",
    },
    {
      metric: "sessions.idle_in_transaction_s",
      value: (idle?.state_ms ?? 0) / 1000,
      says: idle
        ? `${name(idle)} has been idle in its transaction for ${seconds((idle.state_ms ?? 0) / 1000)}`
        : "No transaction is idle",
    },
    {
      metric: "sessions.longest_transaction_s",
      value: (long?.transaction_ms ?? 0) / 1000,
      says: long
        ? `${name(long)} has its transaction open for ${seconds((long.transaction_ms ?? 0) / 1000)}`
        : "No transaction is open",
    },
  ];
}

function connectionSignal(rows: ProbeRow<"backends">[]): Omit<Signal, "target" | "label"> {
  const { max, ordinary, usedOrdinary, usedReserved, reserved, superuserReserved } = headroomOf(rows)!;
  const kept = reserved + superuserReserved;
  return {
    metric: "connections.used_ratio",
    value: usedOrdinary / ordinary,
    says: `${usedOrdinary} of ${ordinary} ordinary connections are in use${usedReserved > 0 ? `, and ${usedReserved} of the ${kept} reserved` : ""} (max_connections ${max}, ${kept} reserved)`,
  };
}

function lagSignals(lag: Lag, unknown: Set<string>): Signal[] {
  // A server of its own receives nothing, and is behind nobody: what was said of it as a standby is over.
  if (lag.state === "promoted") return [];
  const made: Signal[] = [];
  const add = (metric: MetricKey, value: number | null, says: string, cause?: string) => {
    if (value === null) unknown.add(unknownKey(metric, lag.target));
    else
      made.push({
        metric,
        target: lag.target,
        label: "",
        value,
        says,
        cause,
        title: cause ? `${targetLabel(lag.target)} receives no WAL` : undefined,
      });
  };
  add("replication.lag_s", lag.seconds, `${targetLabel(lag.target)} is ${seconds(lag.seconds ?? 0)} behind`);
  add("replication.lag_bytes", lag.bytes, `${targetLabel(lag.target)} is ${bytes(lag.bytes ?? 0)} behind`);
  add(
    "replication.not_receiving",
    lag.receiving === null ? null : lag.receiving ? 0 : 1,
    `${targetLabel(lag.target)}: ${lag.says}`,
    lag.receiving === false ? `${targetLabel(lag.target)}: ${lag.says}` : undefined,
  );
  return made;
}

function auditSignals({ ok, findings, waiting, behindSeconds }: LogHealth): Signal[] {
  const at = { target: "primary", label: "" };
  return [
    {
      ...at,
      metric: "audit.broken",
      value: ok === false ? Math.max(1, findings) : 0,
      says: ok === false ? `The last verification of the audit log found ${plural(findings, "thing")}` : "The audit log is whole",
    },
    {
      ...at,
      metric: "audit.behind_s",
      value: behindSeconds,
      says: `${plural(waiting, "entry waits", "entries wait")} for their place in the audit log, the oldest for ${seconds(behindSeconds)}`,
    },
  ];
}
