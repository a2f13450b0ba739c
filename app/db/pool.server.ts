import pg from "pg";
import { env } from "~/platform/env.server.ts";
import { Unavailable } from "~/platform/errors.ts";
import { log } from "~/platform/log.server.ts";
import { refuseNested } from "./held.server.ts";
import { IS_PRIMARY, isHostGone, NoneWritable, WRITABLE, type Hosts } from "./hosts.server.ts";
import { unlessSilent, type Silence } from "./silence.ts";
import { typeParsers } from "./types.server.ts";

export type PoolOptions = {
  url: string;
  /** Where several are named: a connection is made to the one that takes writes, and one to another is not lent again. */
  hosts?: Hosts | undefined;
  /** Becomes this role at connect; what the login itself may do is then out of reach of our statements. */
  role?: string;
  /** A server that is only watched: it refuses whatever would write. */
  readOnly?: true;
  applicationName: string;
  max: number;
  min?: number;
  connectTimeoutMs?: number;
  idleTimeoutMs?: number;
  maxLifetimeMs?: number;
  maxUses?: number;
  statementTimeoutMs?: number;
  lockTimeoutMs?: number;
  /** The client gives up a little after the server should have: a hung network must not hold a request. */
  queryTimeoutMs?: number;
  /** Whether the server answers: while it does not, nothing is lent and nobody waits. */
  silence?: Silence | undefined;
  /** Lent only to whoever holds none of these already. */
  oneEach?: boolean;
  /** Nobody waits longer than this for one, however many stand in line and however long a new one may take. */
  waitMs?: number;
};

export type PoolStats = {
  name: string;
  max: number;
  total: number;
  idle: number;
  waiting: number;
  waitMs: number;
  acquired: number;
  errors: number;
};

export type Pool = pg.Pool & { stats(): PoolStats; onSilence: Silence["onSilence"] };

/** Whoever shares a server's connections may drop what is set at connect; the login's own rights would then be ours. */
class NotTheRole extends Error {
  constructor(is: string, role: string) {
    super(
      `The connection is ${is} instead of ${role}: a pooler in between drops what is set at connect. Connect directly to PostgreSQL`,
    );
  }
}

class StrongLogin extends Error {
  constructor(login: string) {
    super(`The login ${login} can bypass row security: the doctor (npx invigil doctor) says which one to create instead`);
  }
}

type Who = { is: string; login: string; bypasses: boolean };

const WHO = `select current_user::text as is, rolname::text as login, rolsuper or rolbypassrls as bypasses
             from pg_roles
             where rolname = session_user`;

function sureOf({ role, hosts, readOnly }: Pick<PoolOptions, "role" | "hosts" | "readOnly">) {
  const judge = ({ is, login, bypasses }: Who, wanted: string): Error | undefined => {
    if (is !== wanted) return new NotTheRole(is, wanted);
    // RESET ROLE would lead back to it.
    return bypasses && env().production ? new StrongLogin(login) : undefined;
  };
  const check = async (client: pg.PoolClient): Promise<Error | undefined> => {
    const wrong = role && judge((await client.query<Who>(WHO)).rows[0]!, role);
    if (wrong || !hosts) return wrong || undefined;
    const { rows } = await client.query<{ writable: boolean }>(readOnly ? IS_PRIMARY : WRITABLE);
    return rows[0]!.writable ? undefined : new NoneWritable("this host takes no writes any more");
  };
  return (client: pg.PoolClient, done: (error?: Error) => void) => void check(client).then(done, done);
}

/** Made for whichever host is the right one at that moment. */
function clientOf(hosts: Hosts) {
  return class extends pg.Client {
    readonly madeFor: string;

    constructor(config: pg.ClientConfig) {
      const url = hosts.current;
      super({ ...config, connectionString: url });
      this.madeFor = url;
    }
  };
}

export class NoneFree extends Unavailable {
  constructor() {
    super("Every database connection of the console is in use. Try again in a moment.");
  }
}

/** The pool knows one patience for all who wait; who loses it earlier leaves the line, and what comes later goes back. */
async function within(ms: number | undefined, coming: Promise<pg.PoolClient>): Promise<pg.PoolClient> {
  if (!ms) return coming;
  let late = false;
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      // A process that was busy for long hears its timer first: one that came meanwhile is still taken.
      setImmediate(() => {
        late = true;
        reject(new NoneFree());
      });
    }, ms);
  });
  coming.then(
    (client) => late && client.release(),
    () => undefined,
  );
  return Promise.race([coming, deadline]).finally(() => clearTimeout(timer));
}

/** One more attempt where the host has gone or takes no writes any more: first all are asked which of them does. */
async function connectToWritable(hosts: Hosts, connect: () => Promise<pg.PoolClient>): Promise<pg.PoolClient> {
  if (hosts.doubtful) await hosts.choose();
  for (let again = true; ;) {
    try {
      const client = await connect();
      if ((client as unknown as { madeFor: string }).madeFor === hosts.current) return client;
      client.release(true);
    } catch (error) {
      if (!again || !isHostGone(error)) throw error;
      again = false;
      await hosts.choose();
    }
  }
}

export function createPool(name: string, options: PoolOptions): Pool {
  const startup = [
    options.role ? `-c role=${options.role}` : "",
    options.statementTimeoutMs ? `-c statement_timeout=${options.statementTimeoutMs}` : "",
    options.lockTimeoutMs ? `-c lock_timeout=${options.lockTimeoutMs}` : "",
    options.readOnly ? "-c default_transaction_read_only=on" : "",
  ].filter(Boolean);
  const pool = new pg.Pool({
    connectionString: options.url,
    application_name: options.applicationName,
    options: startup.length > 0 ? startup.join(" ") : undefined,
    max: options.max,
    min: options.min ?? 0,
    connectionTimeoutMillis: options.connectTimeoutMs ?? 10_000,
    idleTimeoutMillis: options.idleTimeoutMs ?? 60_000,
    maxLifetimeSeconds: Math.ceil((options.maxLifetimeMs ?? 300_000) / 1000),
    maxUses: options.maxUses ?? 7500,
    query_timeout: options.queryTimeoutMs,
    keepAlive: true,
    types: typeParsers,
    ...(options.role || options.hosts ? { verify: sureOf(options) } : {}),
    ...(options.hosts ? { Client: clientOf(options.hosts) as unknown as new () => pg.ClientBase } : {}),
  }) as Pool;

  pool.onSilence = options.silence?.onSilence ?? (() => () => undefined);
  let errors = 0;
  let waitMs = 0;
  let acquired = 0;
  // An idle client whose server went away must not take the process with it.
  pool.on("error", (error) => {
    errors++;
    log.warn({ pool: name, reason: error.message }, "idle connection lost");
  });

  // The pool listens only while a client is idle: one that is lost while it works would end the process. Its query
  // fails with the same error, so nothing is swallowed.
  pool.on("connect", (client) => void client.on("error", () => undefined));

  const plain = pool.connect.bind(pool) as () => Promise<pg.PoolClient>;
  const connect = options.hosts ? () => connectToWritable(options.hosts!, plain) : plain;
  const acquire = async (): Promise<pg.PoolClient> => {
    if (options.oneEach) refuseNested(name);
    const refused = options.silence?.refused();
    if (refused) throw refused;
    const started = performance.now();
    let client: pg.PoolClient;
    try {
      const coming = unlessSilent(connect(), pool.onSilence, (late) => late.release(true));
      client = await within(options.waitMs, coming);
    } catch (error) {
      errors++;
      throw error;
    } finally {
      waitMs += performance.now() - started;
      acquired++;
    }
    const release = client.release.bind(client);
    // A client that is not idle carries somebody's transaction, and with it somebody's scope: a client-side
    // timeout leaves it so. It is destroyed, never lent again.
    client.release = (error?: Error | boolean) => {
      const status = (client as unknown as { getTransactionStatus?(): string | null }).getTransactionStatus?.();
      release(error ?? (status !== undefined && status !== "I"));
    };
    return client;
  };

  // pg-pool's own query() takes a client through connect(callback), so both forms pass through here.
  pool.connect = ((callback?: (error: Error | undefined, client?: pg.PoolClient, done?: (release?: unknown) => void) => void) => {
    if (!callback) return acquire();
    acquire().then(
      (client) => callback(undefined, client, (error) => client.release(error as Error)),
      (error: Error) => callback(error, undefined, () => undefined),
    );
    return undefined;
  }) as typeof pool.connect;

  pool.stats = () => ({
    name,
    max: options.max,
    total: pool.totalCount,
    idle: pool.idleCount,
    waiting: pool.waitingCount,
    waitMs,
    acquired,
    errors,
  });
  return pool;
}
