import type { Probe } from "../probe.ts";
import { activity } from "./activity.ts";
import { backends } from "./backends.ts";
import { bufferCache, databases, idleSessions, lockModes, roles, writer } from "./counters.ts";
import { locks } from "./locks.ts";
import { columnStats, foreignKeys, indexDensity, indexes, tables } from "./relations.ts";
import { archiver, conflicts, position, senders, slots } from "./replication.ts";
import {
  ages,
  checkpointer,
  database,
  horizon,
  io,
  migrations,
  prepared,
  progress,
  sequences,
  settings,
  sizes,
  vacuums,
  wal,
} from "./server.ts";
import { statements } from "./statements.ts";

export const PROBES = {
  activity,
  backends,
  locks,
  position,
  senders,
  slots,
  archiver,
  conflicts,
  statements,
  tables,
  indexes,
  foreignKeys,
  columnStats,
  database,
  ages,
  horizon,
  io,
  wal,
  checkpointer,
  progress,
  settings,
  sizes,
  migrations,
  sequences,
  prepared,
  indexDensity,
  databases,
  idleSessions,
  lockModes,
  writer,
  roles,
  vacuums,
  bufferCache,
} as const;

export type ProbeKey = keyof typeof PROBES;
export type ProbeRow<K extends ProbeKey> = (typeof PROBES)[K] extends Probe<infer Row> ? Row : never;
export const PROBE_KEYS = Object.keys(PROBES) as ProbeKey[];
