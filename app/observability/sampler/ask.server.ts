import { createHash } from "node:crypto";
import type pg from "pg";
import type { Pool } from "~/db/pool.server.ts";
import { firstRow } from "~/db/query.ts";
import { codeOf, isConnectionLoss } from "~/db/retry.ts";
import { sql } from "~/db/sql.ts";
import { yieldToEventLoop } from "~/platform/yield-to-event-loop.ts";
import { observes } from "~/platform/depth.ts";
import { messageOf } from "~/platform/errors.ts";
import { z } from "zod";
import { missingOf, type Probe, type ServerInfo } from "../probe.ts";
import type { Sample } from "./sample.ts";

const LOCK_TIMEOUT_MS = 100;

const serverRow = z.object({
  login: z.string(),
  version: z.number(),
  recovering: z.boolean(),
  monitor: z.boolean(),
  schema: z.string().nullable(),
  extversion: z.string().nullable(),
  preload: z.string().nullable(),
  widths: z.boolean(),
  stattuple: z.string().nullable(),
  buffercache: z.string().nullable(),
  migrations: z.boolean(),
});

export async function examineServer(pool: Pool): Promise<ServerInfo> {
  const row = (await firstRow(
    pool,
    sql`select current_user::text as login, current_setting('server_version_num')::int as version, pg_is_in_recovery() as recovering,
               pg_has_role('pg_read_all_stats', 'USAGE') as monitor, n.nspname::text as schema, e.extversion,
               (select setting from pg_settings where name = 'shared_preload_libraries') as preload,
               coalesce((select has_schema_privilege(pn.oid, 'USAGE') and has_function_privilege(p.oid, 'EXECUTE')
                         from pg_proc p join pg_namespace pn on pn.oid = p.pronamespace
                         where pn.nspname = 'telemetry' and p.proname = 'column_width'), false) as widths,
               (select tn.nspname::text from pg_extension t join pg_namespace tn on tn.oid = t.extnamespace
                where t.extname = 'pgstattuple' and pg_has_role('pg_stat_scan_tables', 'USAGE')
                  and has_schema_privilege(tn.oid, 'USAGE')) as stattuple,
               (select bn.nspname::text
                from pg_extension b
                join pg_namespace bn on bn.oid = b.extnamespace
                join pg_proc bp on bp.pronamespace = bn.oid and bp.proname = 'pg_buffercache_summary'
                where b.extname = 'pg_buffercache' and has_schema_privilege(bn.oid, 'USAGE')
                  and has_function_privilege(bp.oid, 'EXECUTE')) as buffercache,
               coalesce((select has_table_privilege(mc.oid, 'SELECT')
                         from pg_class mc
                         join pg_namespace mn on mn.oid = mc.relnamespace and mn.nspname = 'public'
                         where mc.relname = '_prisma_migrations'), false) as migrations
        from (select 1) as one
        left join pg_extension e on e.extname = 'pg_stat_statements'
        left join pg_namespace n on n.oid = e.extnamespace`,
    serverRow,
  ))!;
  const [high = "0", low = "0"] = (row.extversion ?? "").split(".");
  return {
    login: row.login,
    version: row.version,
    major: Math.floor(row.version / 10_000),
    recovering: row.recovering,
    monitor: row.monitor,
    // "1.9" is older than "1.11": the minor is a number of its own.
    statements: row.schema ? { schema: row.schema, version: Number(high) + Number(low.padStart(2, "0")) / 100 } : null,
    statementsLoaded: row.preload === null || row.preload.includes("pg_stat_statements"),
    // A function of that name in somebody else's database is not ours.
    columnWidths: row.widths && !observes(),
    pgstattuple: row.stattuple,
    buffercache: row.buffercache,
    migrations: row.migrations,
  };
}

type Client = pg.PoolClient;

/** The server is gone (as opposed to: it answered, and refused). */
export class Unreachable extends Error {}

/** The timeout that a connection stands at: it is said again only when another probe has another one. */
const timeouts = new WeakMap<object, number>();
/** Where a pooler hands each statement to another connection, prepared ones are known to none. */
const withoutPlans = new WeakSet<Pool>();
const UNKNOWN_PLAN = new Set(["26000", "42P05"]);
const names = new Map<string, string>();

/** One text, one name: PostgreSQL plans it when it sees it first, which costs more than running it. */
function nameOf(probe: string, text: string): string {
  const known = names.get(text);
  if (known) return known;
  const name = `probe_${probe}_${createHash("sha256").update(text).digest("hex").slice(0, 12)}`;
  names.set(text, name);
  return name;
}

// Compiling a plan pays for itself in minutes; a probe takes milliseconds.
const settingsOf = (probe: Probe<unknown>) =>
  `set statement_timeout = ${probe.timeoutMs}; set lock_timeout = ${LOCK_TIMEOUT_MS}; set jit = off`;

async function rowsOn(client: Client, probe: Probe<unknown>, text: string): Promise<unknown[]> {
  if (timeouts.get(client) !== probe.timeoutMs) {
    await client.query(settingsOf(probe));
    timeouts.set(client, probe.timeoutMs);
  }
  return (await client.query({ name: nameOf(probe.name, text), text })).rows as unknown[];
}

async function rowsOf(pool: Pool, probe: Probe<unknown>, text: string): Promise<unknown[]> {
  if (withoutPlans.has(pool)) {
    const results = (await pool.query({ text: `${settingsOf(probe)}; ${text}` })) as unknown as { rows: unknown[] }[];
    return results.at(-1)!.rows;
  }
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    return await rowsOn(client, probe, text);
  } catch (error) {
    // "Cached plan must not change result type": what it reads is made otherwise now.
    if (codeOf(error) === "0A000") broken = error as Error;
    if (!UNKNOWN_PLAN.has(codeOf(error) ?? "")) throw error;
    withoutPlans.add(pool);
  } finally {
    client.release(broken);
  }
  return rowsOf(pool, probe, text);
}

/**
 * Runs one probe with its timeouts, in one round trip where they stand already. What the server refuses becomes a sample that says so;
 * a server that can't be reached at all is the caller's matter.
 */
export const ask = <Row>(pool: Pool, probe: Probe<Row>, target: string, server: ServerInfo): Promise<Sample<Row>> =>
  sampled(probe, target, server, (text) => rowsOf(pool, probe as Probe<unknown>, text));

async function sampled<Row>(
  probe: Probe<Row>,
  target: string,
  server: ServerInfo,
  rowsBy: (text: string) => Promise<unknown[]>,
): Promise<Sample<Row>> {
  const at = new Date();
  const started = performance.now();
  const missing = probe.missing?.(server) ?? null;
  if (missing) return { probe: probe.name, target, at, ms: 0, rows: null, missing, sql: safeSql(probe, server) };
  const text = probe.sql(server);
  const sample = (rows: Row[] | null, why: Sample["missing"]): Sample<Row> => ({
    probe: probe.name,
    target,
    at,
    ms: Math.round((performance.now() - started) * 10) / 10,
    rows,
    missing: why,
    sql: text,
  });
  try {
    const found = await rowsBy(text);
    const parsed: Row[] = [];
    const breathe = yieldToEventLoop(4);
    for (const row of found) {
      parsed.push(probe.row.parse(row));
      await breathe();
    }
    return sample(parsed, null);
  } catch (error) {
    if (isConnectionLoss(error)) throw new Unreachable(messageOf(error));
    if (codeOf(error) === "53300" || codeOf(error) === "57P03" || codeOf(error)?.startsWith("28"))
      throw new Unreachable(messageOf(error));
    return sample(null, missingOf({ code: codeOf(error), message: messageOf(error) }, server));
  }
}

/**
 * Several probes in one transaction: they see one moment, and the watched server counts one commit instead of one for each.
 * A refusal ends the transaction: the ones after it are asked alone.
 */
export async function askTogether(
  pool: Pool,
  probes: readonly Probe[],
  target: string,
  server: ServerInfo,
  onSample: (sample: Sample, probe: Probe) => void,
): Promise<void> {
  const rest = [...probes];
  if (rest.length > 1 && !withoutPlans.has(pool)) {
    const client = await pool.connect().catch((error: unknown) => {
      throw new Unreachable(messageOf(error));
    });
    let failed = false;
    let broken: Error | undefined;
    try {
      await client.query("begin transaction read only");
      while (rest.length > 0 && !failed) {
        const probe = rest[0]!;
        const sample = await sampled(probe, target, server, (text) =>
          rowsOn(client, probe, text).catch((error: unknown) => {
            failed = true;
            // A connection whose plans are not its own is of a pooler: each is asked alone from now on, this one too.
            if (UNKNOWN_PLAN.has(codeOf(error) ?? "")) withoutPlans.add(pool);
            if (codeOf(error) === "0A000") broken = error as Error;
            throw error;
          }),
        );
        if (failed && withoutPlans.has(pool)) break;
        rest.shift();
        onSample(sample, probe);
      }
      await client.query(failed ? "rollback" : "commit");
      // What a transaction set is gone with it.
      if (failed) timeouts.delete(client);
    } catch (error) {
      broken = error as Error;
      throw error instanceof Unreachable ? error : new Unreachable(messageOf(error));
    } finally {
      client.release(broken);
    }
  }
  for (const probe of rest) onSample(await ask(pool, probe, target, server), probe);
}

function safeSql(probe: Probe<unknown>, server: ServerInfo): string {
  try {
    return probe.sql(server);
  } catch {
    return "";
  }
}
