import type pg from "pg";
import { env } from "~/platform/env.server.ts";
import { isUuid } from "~/platform/ids.ts";
import { cache, tablesWritten } from "./cache.server.ts";
import { clients } from "./clients.server.ts";
import type { Ctx, Scope, Tx, TxCtx } from "./ctx.ts";
import { refuseNested, whileHeld } from "./held.server.ts";
import { InTurn } from "./in-turn.ts";
import { DeferredWrites, wholeTransaction, type Statement } from "./deferred-writes.server.ts";
import { NoneFree, type Pool } from "./pool.server.ts";
import { joinedPrisma } from "./prisma.server.ts";
import { codeOf, isUnavailable } from "./retry.ts";
import { cutWhenSilent } from "./silence.ts";

class ScopeError extends Error {}

function scopeStatement(scope: Scope): string {
  if (scope.kind === "all") return "set local role invigil_platform";
  const ids = scope.kind === "tenants" ? scope.ids : [];
  if (ids.length === 0 && env().MULTI_TENANT_STRICT_MODE && scope.kind === "none") {
    throw new ScopeError("this work has no tenant scope (MULTI_TENANT_STRICT_MODE)");
  }
  for (const id of ids) if (!isUuid(id)) throw new ScopeError("a tenant id is not a UUID");
  return `set local app.college_ids = '${ids.length > 0 ? `{${ids.join(",")}}` : "{}"}'`;
}

/** Whose load it is. A connection has the name of its process from the start, so only a tenant has to be said. */
function tagStatement(ctx: Ctx): string[] {
  const tag = ctx.tenantTag?.replace(/[^A-Za-z0-9_.*-]/g, "");
  return tag ? [`set local application_name = '${process.env["INVIGIL_PROCESS"] ?? "cli"} tenant=${tag}'`] : [];
}

/** What every transaction begins with: its scope and its tag hold until it ends. */
const opening = (begin: string, ctx: Ctx): string[] => [begin, scopeStatement(ctx.scope), ...tagStatement(ctx)];

/**
 * Stands between the work and its client, whoever sends the statement (Prisma does too): notes which tables are written, and
 * sends what was held back before what comes next.
 */
function watch(client: pg.PoolClient, writes: boolean): { tables: Set<string>; late: DeferredWrites; stop(): void } {
  const tables = new Set<string>();
  const query = client.query as (...args: unknown[]) => unknown;
  const turns = new InTurn((...args) => query.apply(client, args));
  const late = new DeferredWrites(turns.query);
  client.query = ((...args: unknown[]) => {
    const text = typeof args[0] === "string" ? args[0] : (args[0] as { text?: string }).text;
    if (writes) for (const table of tablesWritten(text ?? "")) tables.add(table);
    late.flush();
    return turns.query(...args);
  }) as typeof client.query;
  return { tables, late, stop: () => void (client.query = query as typeof client.query) };
}

async function onClient<T>(client: pg.PoolClient, ctx: Ctx, begin: string, run: (ctx: TxCtx) => Promise<T>): Promise<T> {
  const after: (() => void | Promise<void>)[] = [];
  const { tables, late, stop } = watch(client, begin === "begin");
  const tx: Tx = {
    query: ((config: { text: string; values?: unknown[] }) => client.query(config)) as Tx["query"],
    late: (statement) => late.add(statement),
    get prisma() {
      return joinedPrisma(client);
    },
    audited: 0,
    afterCommit: (fn) => void after.push(fn),
  };
  let result: T;
  try {
    result = await whileHeld(async () => {
      // One round trip: the transaction, its scope and its tag.
      await client.query(opening(begin, ctx).join("; "));
      const made = await run({ ...ctx, tx });
      if (!(await late.commit())) await client.query("commit");
      return made;
    });
  } catch (error) {
    late.forget();
    // A rollback that fails leaves the client not idle, and the release hook destroys it.
    await client.query("rollback").catch(() => undefined);
    throw late.reason ?? error;
  } finally {
    stop();
    client.release();
  }
  cache.changed(tables);
  for (const fn of after) await fn();
  return result;
}

/** A read-only transaction, which a server that falls silent does not hold for longer than it takes to notice. */
async function reading<T>(pool: Pool, ctx: Ctx, begin: string, run: (ctx: TxCtx) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  return cutWhenSilent(pool, client, () => onClient(client, ctx, begin, run));
}

/** Runs `run` in one transaction on the primary, under the row security of ctx's scope. Nested calls join it. */
export async function withScope<T>(ctx: Ctx, run: (ctx: TxCtx) => Promise<T>): Promise<T> {
  if (ctx.tx) return run(ctx as TxCtx);
  return onClient(await clients().primary.connect(), ctx, "begin", run);
}

/** One statement in a transaction of its own, under the same row security. Nothing is read, so it is one message. */
export async function aloneInScope(ctx: Ctx, statement: Statement): Promise<void> {
  const first = opening("begin", ctx);
  const client = await clients().primary.connect();
  try {
    await wholeTransaction(client, first, statement);
  } catch (error) {
    await client.query("rollback").catch(() => undefined);
    throw error;
  } finally {
    client.release();
  }
}

const READ_ONLY = "begin read only";

/** Cancelled by replay, also between two statements (then the next one finds the transaction aborted), or refused as a write. */
const ON_STANDBYS_ONLY = new Set(["40001", "25P02", "25006"]);

/**
 * The same for reads: read-only, on a standby that has replayed what this reader wrote, else on the primary.
 * Whatever fails on a standby (a conflict with replay, a lost connection) is read again on the primary; what the primary
 * can't answer at all, on a standby as it is.
 */
export async function withReadScope<T>(ctx: Ctx, run: (ctx: TxCtx) => Promise<T>): Promise<T> {
  if (ctx.tx) return run(ctx as TxCtx);
  const { primary, replicas } = clients();
  const replica = replicas.pick(ctx.after);
  if (replica) {
    try {
      return await reading(replica.pool, ctx, READ_ONLY, run);
    } catch (error) {
      if (isUnavailable(error)) replicas.fail(replica.name, (error as Error).message);
      // Where many stand in line, nothing is wrong with the standby.
      else if (!(error instanceof NoneFree) && !ON_STANDBYS_ONLY.has(codeOf(error) ?? "")) throw error;
    }
  }
  try {
    return await reading(primary, ctx, READ_ONLY, run);
  } catch (error) {
    const next = isUnavailable(error) ? replicas.pick() : null;
    if (!next) throw error;
    return reading(next.pool, ctx, READ_ONLY, run);
  }
}

/** Who takes several connections takes them one at a time: two who each hold half would wait for each other. */
let taking: Promise<unknown> = Promise.resolve();

function together(pool: Pool, n: number): Promise<[pg.PoolClient, ...pg.PoolClient[]]> {
  refuseNested("primary");
  const turn = taking.then(async () => {
    const taken: pg.PoolClient[] = [];
    try {
      while (taken.length < n) taken.push(await pool.connect());
      return taken as [pg.PoolClient, ...pg.PoolClient[]];
    } catch (error) {
      for (const client of taken) client.release();
      throw error;
    }
  });
  taking = turn.catch(() => undefined);
  return turn;
}

/**
 * One moment of the primary, for as long as `run` reads: what others commit meanwhile is not seen by any of its statements.
 * Several connections see the same moment. Read-only, and never joined: a transaction that is under way has its own moments.
 */
export async function withSnapshot<T>(
  ctx: Ctx,
  run: (first: TxCtx, ...others: TxCtx[]) => Promise<T>,
  connections = 1,
): Promise<T> {
  if (ctx.tx) throw new ScopeError("a snapshot can't be taken within another transaction");
  const begin = "begin isolation level repeatable read read only";
  const { primary } = clients();
  const [first, ...others] = await together(primary, connections);
  const snapshotOn = (client: pg.PoolClient, how: string, work: (inner: TxCtx) => Promise<T>) =>
    cutWhenSilent(primary, client, () => onClient(client, ctx, how, work));
  const beside = (id: string, known: [TxCtx, ...TxCtx[]]): Promise<T> => {
    const next = others.shift();
    return next
      ? snapshotOn(next, `${begin}; set transaction snapshot '${id}'`, (inner) => beside(id, [...known, inner]))
      : run(...known);
  };
  try {
    return await snapshotOn(first, begin, async (inner) => {
      if (others.length === 0) return run(inner);
      const { rows } = await inner.tx.query<{ id: string }>({ text: "select pg_export_snapshot() as id" });
      const { id } = rows[0]!;
      if (!/^[0-9A-F-]+$/.test(id)) throw new ScopeError("not the name of a snapshot");
      return beside(id, [inner]);
    });
  } finally {
    for (const unused of others) unused.release();
  }
}

/** The position this transaction's work will be visible at, for the reader's cookie. */
export async function writePosition(): Promise<string> {
  const result = await clients().primary.query<{ lsn: string }>("select pg_current_wal_insert_lsn()::text as lsn");
  return result.rows[0]!.lsn;
}
