import type pg from "pg";
import { clients } from "~/db/clients.server.ts";
import { ALL_SERIES } from "../all-series.ts";
import { rollUpsOf, type RollUp } from "../series.ts";

const ROLL_UPS = ALL_SERIES.flatMap(rollUpsOf);

/** A sample may arrive a moment after its second. */
const GRACE_MS = 10_000;
/** At most this much at once: after a long outage the roll-ups catch up in steps. */
const AT_ONCE_MS = 6 * 3_600_000;

/** Sums what is complete since the last time. Each roll-up moves forward in its own transaction, exactly once per span. */
export async function rollUp(now: Date): Promise<void> {
  const client = await clients().primary.connect();
  try {
    for (const rollup of ROLL_UPS) await step(client, rollup, now);
  } finally {
    client.release();
  }
}

async function step(client: pg.PoolClient, rollup: RollUp, now: Date): Promise<void> {
  const whole = (at: number) => new Date(Math.floor(at / (rollup.seconds * 1000)) * rollup.seconds * 1000);
  await client.query("begin");
  try {
    const held = await client.query<{ until: Date }>({
      text: "select until from telemetry.rollup where name = $1 for update",
      values: [rollup.name],
    });
    const source = await client.query<{ first: Date | null; until: Date | null }>(
      `select (select at from telemetry.${rollup.from} order by at limit 1) as first, (select until from telemetry.rollup where name = '${rollup.from}') as until`,
    );
    const { first, until } = source.rows[0]!;
    const from = held.rows[0]?.until ?? (first && whole(first.getTime()));
    // What is made of another roll-up can't be ahead of it.
    const ready = rollup.ofRollUp ? (until?.getTime() ?? 0) : now.getTime() - GRACE_MS;
    const to = from && whole(Math.min(ready, from.getTime() + Math.max(AT_ONCE_MS, rollup.seconds * 2000)));
    if (from && to && to > from) {
      await client.query({
        text: rollup.insert,
        values: [rollup.seconds, from, to],
      });
      await client.query({
        text: "insert into telemetry.rollup (name, until) values ($1, $2) on conflict (name) do update set until = excluded.until",
        values: [rollup.name, to],
      });
    }
    await client.query("commit");
  } catch (error) {
    await client.query("rollback").catch(() => undefined);
    throw error;
  }
}
