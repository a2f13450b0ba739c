import { env } from "~/platform/env.server.ts";
import { forget, singleton } from "~/platform/singleton.ts";
import { createPool, type Pool, type PoolOptions } from "./pool.server.ts";
import { startChangeBus } from "./change-bus.server.ts";
import { startHeartbeat } from "./primary-heartbeat.server.ts";
import { SilenceWatch } from "./silence.ts";
import { connection, connectionAt, consoleReplicas, watcherName } from "./urls.server.ts";
import { createReplicas, type Replicas } from "./replicas.server.ts";

export type Clients = {
  primary: Pool;
  /** For one statement at a time of work that may hold a connection already: how far a job is, that a worker lives. */
  beside: Pool;
  replicas: Replicas;
  primarySilent(): boolean;
  pools(): Pool[];
  close(): Promise<void>;
};

/** How long a standby may take to say how far it has replayed. */
const REPLICA_PATIENCE_MS = 1500;

/** A person looks at an empty page meanwhile; a job or a command may wait as long as is configured. */
const PAGE_WAIT_MS = 10_000;
/** Then it is read on the primary. */
const STANDBY_WAIT_MS = 2000;

const processName = () => process.env["INVIGIL_PROCESS"] ?? "cli";

function appPool(name: string, target: { url: string; role?: string }, silence?: PoolOptions["silence"]): Pool {
  const e = env();
  return createPool(name, {
    ...target,
    applicationName: processName(),
    max: e.DATABASE_MAX_CONNECTIONS,
    min: Math.min(e.DATABASE_MIN_CONNECTIONS, e.DATABASE_MAX_CONNECTIONS),
    connectTimeoutMs: e.DATABASE_CONNECTION_TIMEOUT,
    idleTimeoutMs: e.DATABASE_IDLE_TIMEOUT,
    maxLifetimeMs: e.DATABASE_MAX_LIFETIME,
    maxUses: e.DATABASE_MAX_USES,
    statementTimeoutMs: e.MAX_QUERY_EXECUTION_TIME,
    queryTimeoutMs: e.MAX_QUERY_EXECUTION_TIME + 2000,
    silence,
    oneEach: true,
    waitMs: process.env["INVIGIL_PROCESS"] === "web" ? (name === "primary" ? PAGE_WAIT_MS : STANDBY_WAIT_MS) : undefined,
  });
}

/** The pools of this process: the platform's primary and its standbys, as invigil_app. */
export function clients(): Clients {
  return singleton("db.clients", () => {
    // A command has nothing better to do than to wait.
    const pulse = process.env["INVIGIL_PROCESS"] ? startHeartbeat(connection("app"), processName()) : null;
    const bus = pulse ? startChangeBus(() => connection("app"), processName()) : null;
    const primary = appPool("primary", connection("app"), pulse ?? undefined);
    const beside = createPool("beside", {
      ...connection("app"),
      applicationName: processName(),
      max: 2,
      connectTimeoutMs: env().DATABASE_CONNECTION_TIMEOUT,
      statementTimeoutMs: env().MAX_QUERY_EXECUTION_TIME,
      silence: pulse ?? undefined,
    });
    const replicas = createReplicas(
      consoleReplicas().map((replica, index) => {
        const name = `replica-${index + 1}`;
        const target = connectionAt("app", replica.url);
        const silence = new SilenceWatch(name);
        const check = createPool(`${name} check`, {
          ...target,
          applicationName: `${processName()} pulse`,
          max: 1,
          connectTimeoutMs: REPLICA_PATIENCE_MS,
          queryTimeoutMs: REPLICA_PATIENCE_MS,
          idleTimeoutMs: 0,
        });
        return { name, weight: replica.weight, pool: appPool(name, target, silence), check, silence };
      }),
      pulse?.position,
    );
    return {
      primary,
      beside,
      replicas,
      primarySilent: () => Boolean(pulse?.refused()),
      pools: () => [primary, ...replicas.all().map((replica) => replica.pool)],
      async close() {
        await replicas.stop();
        await Promise.all([pulse?.stop(), bus?.stop()]);
        await Promise.allSettled([primary, beside, ...replicas.all().map((r) => r.pool)].map((pool) => pool.end()));
        forget("db.clients");
      },
    };
  });
}

const nameOf = (role: string) => {
  const name = `${processName()} ${role}`;
  return role === "signaller" || role === "observer" ? watcherName(name) : name;
};

/** A small pool of its own for a role other than the application's: acts of operators, never page reads. */
export function rolePool(role: "owner" | "observer" | "signaller" | "backup" | "sequencer", max = 2): Pool {
  return singleton(`db.pool.${role}`, () =>
    createPool(role, { ...connection(role), applicationName: nameOf(role), max, connectTimeoutMs: 5000 }),
  );
}
