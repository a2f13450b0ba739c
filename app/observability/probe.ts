import type { z } from "zod";
import { quoteName } from "./indexes/quote.ts";
import type { Keeping, Keeps } from "./keeps.ts";

/** What a probe needs to know of the server it asks, learnt at connect and again every minute. */
export type ServerInfo = {
  /** The login that asks, for the statement that would give it more. */
  login: string;
  version: number;
  major: number;
  recovering: boolean;
  /** Whether this role sees the activity and statistics of others. */
  monitor: boolean;
  /** pg_stat_statements: where it is installed, as which version, and whether the server has loaded it. */
  statements: { schema: string; version: number } | null;
  statementsLoaded: boolean;
  /** Where widths of columns can be had: our own function, else what pg_stats shows to this role. */
  columnWidths: boolean;
  /** The schema of pgstattuple, where it is installed and this role may use it. */
  pgstattuple: string | null;
  /** The schema of pg_buffercache, where it is installed in a version that can sum up (PostgreSQL 16) and may be used. */
  buffercache: string | null;
  /** Whether Prisma's list of migrations is here and may be read. */
  migrations: boolean;
};

/** `fromMajor`: this server's version has no such thing, which is nobody's fault. */
export type Missing = { reason: string; grant: string | null; fromMajor?: number };

/**
 * One definition, five uses: samples, panels, metrics, findings and alerts all come from these rows.
 * A probe is one statement without parameters, so that it travels with its timeout in one round trip.
 */
export type Probe<Row = unknown> = {
  name: string;
  /** fast: every second, nothing that could wait for a lock or read a file. */
  lane: "fast" | "slow";
  everyMs: number;
  timeoutMs: number;
  /** Standbys and primary know different things; without it both are asked. */
  on?: "primary" | "standby";
  /** Why this server can't answer, and what would change that. */
  missing?(server: ServerInfo): Missing | null;
  sql(server: ServerInfo): string;
  row: z.ZodType<Row>;
  /** What of it is kept over time. */
  keeps?(keep: Keeping<NoInfer<Row>>): readonly Keeps<NoInfer<Row>>[];
};

export const probe = <Row>(definition: Probe<Row>): Probe<Row> => definition;

export type RowOf<P> = P extends Probe<infer Row> ? Row : never;

const grantMonitor = (server: ServerInfo) => `GRANT pg_monitor TO ${quoteName(server.login)};`;

/** Most of the statistics are hidden from a role that is not a monitor, without any error. */
export const needsMonitor = (server: ServerInfo): Missing | null =>
  server.monitor
    ? null
    : { reason: "The observer's role sees only its own sessions and statistics.", grant: grantMonitor(server) };

/** What an error of the server means to someone who can fix it. */
export function missingOf(error: { code?: string; message: string }, server: ServerInfo): Missing {
  switch (error.code) {
    case "42501":
      return { reason: `The observer's role lacks permission to read this (${error.message}).`, grant: grantMonitor(server) };
    case "57014":
      return { reason: "The probe timed out.", grant: null };
    case "55P03":
      return { reason: "Blocked by a lock for more than 100 ms. It is retried.", grant: null };
    case "53300":
      return { reason: `No connection is free (${error.message}).`, grant: null };
    default:
      return { reason: error.message, grant: null };
  }
}
