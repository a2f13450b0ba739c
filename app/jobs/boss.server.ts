import PgBoss from "pg-boss";
import type { Queryable } from "~/db/query.ts";
import { clients } from "~/db/clients.server.ts";
import { log } from "~/platform/log.server.ts";
import { forget, singleton } from "~/platform/singleton.ts";

export const QUEUE = "work";
const SCHEMA = "pgboss";

const through = (on: Queryable) => ({
  executeSql: async (text: string, values: unknown[]) => on.query({ text, values: values ?? [] }),
});

/** The queue's tables and its one queue, made by the owner: the runtime roles own nothing there either. */
export async function installQueue(owner: Queryable): Promise<void> {
  const known = await owner.query<{ there: boolean }>({ text: `select to_regclass('${SCHEMA}.version') is not null as there` });
  if (!known.rows[0]!.there) {
    // The plans end with a transaction of their own; they run as one script.
    await owner.query({ text: PgBoss.getConstructionPlans(SCHEMA) });
    await owner.query({ text: `select ${SCHEMA}.create_queue($1, $2)`, values: [QUEUE, JSON.stringify({ policy: "standard" })] });
  }
  for (const statement of [
    `grant usage on schema ${SCHEMA} to invigil_app, invigil_platform`,
    `grant select, insert, update, delete on all tables in schema ${SCHEMA} to invigil_app, invigil_platform`,
    `grant execute on all functions in schema ${SCHEMA} to invigil_app, invigil_platform`,
  ]) {
    await owner.query({ text: statement });
  }
}

/** `first`: where the queue is looked for at the start. Whoever is in a transaction has no second connection to ask. */
async function start(options: Pick<PgBoss.ConstructorOptions, "supervise">, first?: Queryable): Promise<PgBoss> {
  let on = first ?? clients().primary;
  const db = { executeSql: (text: string, values: unknown[]) => through(on).executeSql(text, values) };
  const boss = new PgBoss({ db, schema: SCHEMA, migrate: false, schedule: false, ...options });
  boss.on("error", (error) => log.warn({ reason: error.message }, "job queue"));
  await boss.start();
  on = clients().primary;
  return boss;
}

/** For sending: no maintenance, no workers. */
export async function sender(tx: Queryable): Promise<PgBoss> {
  try {
    return await singleton("jobs.sender", () => start({ supervise: false }, tx));
  } catch (error) {
    forget("jobs.sender");
    throw error;
  }
}

/** For working: the collector's, which also looks after the queue. */
export const worker = () => singleton("jobs.worker", () => start({ supervise: true }));

export { through };
