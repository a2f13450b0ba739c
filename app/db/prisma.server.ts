import { AsyncLocalStorage } from "node:async_hooks";
import type pg from "pg";
import { PrismaPg } from "@prisma/adapter-pg";
import { log } from "~/platform/log.server.ts";
import { singleton } from "~/platform/singleton.ts";
import { clients } from "./clients.server.ts";
import { PrismaClient } from "./generated/client.ts";

/**
 * Prisma inside our transactions. One PrismaClient per process; its adapter believes in a pool, and the pool we hand
 * it sends each statement to the client of the transaction that is under way. Prisma's own transactions (nested
 * writes open one) become savepoints there, because the outer transaction is not theirs to commit.
 */
const current = new AsyncLocalStorage<pg.PoolClient>();

let savepoints = 0;

function nested(client: pg.PoolClient): pg.PoolClient {
  const name = `prisma_${++savepoints}`;
  const words: Record<string, string> = {
    BEGIN: `SAVEPOINT ${name}`,
    COMMIT: `RELEASE SAVEPOINT ${name}`,
    ROLLBACK: `ROLLBACK TO SAVEPOINT ${name}`,
  };
  return new Proxy(client, {
    get(target, property) {
      if (property === "release") return () => undefined;
      if (property === "query") {
        return (config: string | { text: string }, ...rest: unknown[]) => {
          const text = typeof config === "string" ? config : config.text;
          const word = words[text.trim().toUpperCase()];
          const query = target.query as (...args: unknown[]) => unknown;
          return word ? query.call(target, word) : query.call(target, config, ...rest);
        };
      }
      const value = Reflect.get(target, property) as unknown;
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

function routedPool(): pg.Pool {
  const pool = clients().primary;
  return new Proxy(pool, {
    get(target, property) {
      const client = current.getStore();
      if (client && property === "query") return client.query.bind(client);
      if (client && property === "connect") return async () => nested(client);
      const value = Reflect.get(target, property) as unknown;
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

/** What no role of the console may read out of a table: the functions in access/stored-secrets ask for it. */
const HIDDEN = {
  staff: { passwordHash: true, totpSecret: true },
  staffSession: { tokenHash: true },
  staffToken: { tokenHash: true },
  staffRecoveryCode: { codeHash: true },
} as const;

export type Prisma = PrismaClient<never, typeof HIDDEN>;

const base = (): Prisma =>
  singleton(
    "db.prisma",
    () =>
      new PrismaClient({
        omit: HIDDEN,
        adapter: new PrismaPg(routedPool(), { onPoolError: (error) => log.warn({ reason: error.message }, "prisma pool") }),
      }),
  );

/** Wraps the client so that every call, however deep, runs with `client` as the one under way. */
export function joinedPrisma(client: pg.PoolClient): Prisma {
  return new Proxy(base(), {
    get(target, model) {
      const delegate = Reflect.get(target, model) as unknown;
      if (typeof delegate === "function")
        return (...args: unknown[]) => current.run(client, () => lazily(delegate.apply(target, args), client));
      if (delegate === null || typeof delegate !== "object") return delegate;
      return new Proxy(delegate, {
        get(inner, operation) {
          const method = Reflect.get(inner, operation) as unknown;
          if (typeof method !== "function") return method;
          return (...args: unknown[]) => lazily(method.apply(inner, args), client);
        },
      });
    },
  });
}

/** Prisma's promises start when they are awaited: the client must be the current one then, not when they are made. */
function lazily(promise: unknown, client: pg.PoolClient): unknown {
  if (promise === null || typeof (promise as Promise<unknown>)?.then !== "function") return promise;
  return current.run(client, () => (promise as Promise<unknown>).then((value) => value));
}
