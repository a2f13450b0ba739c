import { z } from "zod";
import { read } from "~/access/verb.server.ts";
import { cache } from "~/db/cache.server.ts";
import { createPool } from "~/db/pool.server.ts";
import { rows } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { env } from "~/platform/env.server.ts";
import { messageOf } from "~/platform/errors.ts";
import { singleton } from "~/platform/singleton.ts";

const PATIENCE_MS = 2000;
/** Everyone who looks at the page is shown the same answer for as long. */
const KEEP_MS = 1000;

const number = z.coerce.number();

/** SHOW POOLS: one row for each database and user that pgbouncer serves. */
const poolRow = z.object({
  database: z.string(),
  user: z.string(),
  cl_active: number,
  cl_waiting: number,
  sv_active: number,
  sv_idle: number,
  sv_used: number,
  sv_login: number,
  maxwait: number,
  maxwait_us: number,
  pool_mode: z.string().nullable(),
});

/** SHOW STATS: means over its last period, times in microseconds. */
const statRow = z.object({
  database: z.string(),
  avg_xact_count: number,
  avg_query_count: number,
  avg_xact_time: number,
  avg_wait_time: number,
});

type PoolerPool = {
  database: string;
  user: string;
  mode: string | null;
  clients: number;
  waiting: number;
  /** How long the first of those who wait has waited. */
  longestWaitMs: number;
  servers: number;
  inUse: number;
};
type PoolerDatabase = { database: string; transactions: number; transactionMs: number; waitMs: number };
export type PoolerState =
  | { configured: false }
  | { configured: true; error: string }
  | { configured: true; error: null; pools: PoolerPool[]; databases: PoolerDatabase[]; at: number };

const adminConsole = (url: string) =>
  singleton("observability.pooler", () =>
    createPool("pooler", {
      url,
      applicationName: "invigil pooler",
      max: 1,
      connectTimeoutMs: PATIENCE_MS,
      queryTimeoutMs: PATIENCE_MS,
      idleTimeoutMs: 10_000,
    }),
  );

async function ask(url: string): Promise<PoolerState> {
  try {
    const on = adminConsole(url);
    // One after the other: the admin console is asked over one connection.
    const pools = await rows(on, sql`SHOW POOLS`, poolRow);
    const stats = await rows(on, sql`SHOW STATS`, statRow);
    return {
      configured: true,
      error: null,
      at: Date.now(),
      // Its own console is a pool of that name.
      pools: pools
        .filter((pool) => pool.database !== "pgbouncer")
        .map((pool) => ({
          database: pool.database,
          user: pool.user,
          mode: pool.pool_mode,
          clients: pool.cl_active + pool.cl_waiting,
          waiting: pool.cl_waiting,
          longestWaitMs: pool.maxwait * 1000 + pool.maxwait_us / 1000,
          servers: pool.sv_active + pool.sv_idle + pool.sv_used + pool.sv_login,
          inUse: pool.sv_active,
        }))
        .sort((a, b) => b.waiting - a.waiting || b.clients - a.clients),
      databases: stats
        .filter((stat) => stat.database !== "pgbouncer")
        .map((stat) => ({
          database: stat.database,
          transactions: stat.avg_xact_count,
          transactionMs: stat.avg_xact_time / 1000,
          waitMs: stat.avg_wait_time / 1000,
        })),
    };
  } catch (error) {
    return { configured: true, error: messageOf(error) };
  }
}

/** What the pooler in front of the platform's applications says of itself, by its admin console (PGBOUNCER_URL). */
export const poolerState = read({
  name: "connections.pooler",
  permission: "database.read",
  input: z.object({}),
  async run({ ctx }): Promise<PoolerState> {
    const url = env().PGBOUNCER_URL;
    if (!url) return { configured: false };
    return cache.get(ctx, { key: "pooler", of: [], ttlMs: KEEP_MS, read: () => ask(url) });
  },
});
