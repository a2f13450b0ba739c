import { slowCalls, type SlowCall } from "~/access/measure.server.ts";
import { clients } from "~/db/clients.server.ts";
import { createPool } from "~/db/pool.server.ts";
import { connection } from "~/db/urls.server.ts";
import { env } from "~/platform/env.server.ts";
import { newId } from "~/platform/ids.ts";
import { singleton } from "~/platform/singleton.ts";

const name = () => `${process.env["INVIGIL_PROCESS"] ?? "cli"} ${process.pid}`;

/** Its own connection: from the pool that is used up, word of it would come when it no longer is. */
const reporter = () =>
  singleton("observability.pools", () =>
    createPool("pools", {
      ...connection("app"),
      applicationName: `${process.env["INVIGIL_PROCESS"] ?? "cli"} pools`,
      max: 1,
      connectTimeoutMs: 5000,
      statementTimeoutMs: 5000,
      queryTimeoutMs: 7000,
    }),
  );

/** This process's own pools and slow calls, written where the others' are: one page shows them all. */
export async function reportPools(): Promise<void> {
  if (!env().ENABLE_CONNECTION_POOL_METRICS) return;
  const primary = reporter();
  const all = clients()
    .pools()
    .map((pool) => pool.stats());
  await primary.query({
    text: `insert into telemetry.pool (at, process, pool, max, total, idle, waiting, wait_ms, acquired, errors)
           select now(), $1, p.* from json_to_recordset($2) as p(name text, max int, total int, idle int, waiting int, "waitMs" float8, acquired bigint, errors bigint)`,
    values: [name(), JSON.stringify(all)],
  });
  const told = singleton("observability.slow", () => new WeakSet<SlowCall>());
  for (const call of slowCalls()) {
    if (told.has(call)) break;
    await primary.query({
      text: "insert into telemetry.slow_call (id, at, process, verb, tenant, request_id, ms, failed) values ($1, $2, $3, $4, $5, $6, $7, $8)",
      values: [newId(call.at.getTime()), call.at, name(), call.verb, call.tenant, call.requestId, call.ms, call.failed],
    });
    told.add(call);
  }
}

/** For processes without schedules. */
export function startPoolReports(): () => void {
  const timer = setInterval(() => void reportPools().catch(() => undefined), 10_000);
  timer.unref();
  return () => clearInterval(timer);
}
