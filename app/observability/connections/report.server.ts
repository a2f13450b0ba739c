import { z } from "zod";
import { read } from "~/access/verb.server.ts";
import { rows } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { bucket, historyOf, slot } from "../history.server.ts";
import { askNow, lateOf, live, sourceOf } from "../current.server.ts";
import { headroomOf, type Headroom } from "./headroom.ts";
import { idleLongest } from "./idle.ts";
import { readTag } from "../load/tags.ts";
import { spanInput } from "../load/read-load.server.ts";
import type { ProbeRow } from "../probes/all.ts";
import { tickSeries } from "../probes/backends.ts";

/** How many connections there are and how many are left, now. */
export const connectionHeadroom = read({
  name: "connections.headroom",
  permission: "readiness.read",
  input: z.object({ target: z.string().default("primary") }),
  async run({ input }): Promise<Headroom | null> {
    const sample = await live("backends", input.target);
    return sample.rows && headroomOf(sample.rows);
  },
});

/** The same for a page, with why it is not known. */
export const headroomNow = read({
  name: "connections.headroom-now",
  permission: "database.read",
  input: z.object({ target: z.string().default("primary") }),
  async run({ input }) {
    const sample = await live("backends", input.target);
    return { headroom: sample.rows && headroomOf(sample.rows), missing: sample.missing, late: lateOf(sample) };
  },
});

export type GroupBy = "state" | "app" | "tenant" | "user";

function groupBackends(
  list: readonly ProbeRow<"backends">[],
  by: GroupBy,
): { key: string; n: number; active: number; idle: number; idleInTransaction: number }[] {
  const found = new Map<string, { key: string; n: number; active: number; idle: number; idleInTransaction: number }>();
  for (const row of list) {
    const tag = readTag(row.app);
    const key =
      (by === "state" ? row.state : by === "app" ? tag.app : by === "tenant" ? tag.tenant : row.username) ??
      (by === "tenant" ? "untagged" : "unnamed");
    const sum = found.get(key) ?? { key, n: 0, active: 0, idle: 0, idleInTransaction: 0 };
    sum.n += row.n;
    if (row.state === "active") sum.active += row.n;
    if (row.state === "idle") sum.idle += row.n;
    if (row.state.startsWith("idle in transaction")) sum.idleInTransaction += row.n;
    found.set(key, sum);
  }
  return [...found.values()].sort((a, b) => b.n - a.n);
}

/** Always asked of the server itself: who is connected must be true when someone is about to be terminated. */
export const connectionReport = read({
  name: "connections.report",
  permission: "database.read",
  input: spanInput.extend({ by: z.enum(["state", "app", "tenant", "user"]).default("state") }),
  async run({ ctx, input }) {
    const [backends, activity, idle] = await Promise.all([
      live("backends", input.target),
      live("activity", input.target),
      askNow(idleLongest, input.target),
    ]);
    const now = ctx.clock.now();
    const history = await historyOf(ctx.tx, tickSeries, input, now);
    const points = await rows(
      ctx.tx,
      sql`select ${bucket(history.step)} as t, sum(total)::float8 / sum(ticks) as total,
                 sum(active)::float8 / sum(ticks) as active, sum(idle)::float8 / sum(ticks) as idle,
                 sum(idle_in_transaction)::float8 / sum(ticks) as idle_in_transaction
          from ${history.from} s
          where target = ${input.target}
          group by ${slot(history.step)}
          order by 1`,
      z.object({ t: z.number(), total: z.number(), active: z.number(), idle: z.number(), idle_in_transaction: z.number() }),
    );
    const pools = await rows(
      ctx.tx,
      sql`select distinct on (process, pool) process, pool, at, max, total, idle, waiting, wait_ms, acquired, errors
          from telemetry.pool
          where at > ${new Date(now.getTime() - 60_000)}
          order by process, pool, at desc`,
      z.object({
        process: z.string(),
        pool: z.string(),
        at: z.date(),
        max: z.number(),
        total: z.number(),
        idle: z.number(),
        waiting: z.number(),
        wait_ms: z.number(),
        acquired: z.number(),
        errors: z.number(),
      }),
    );
    return {
      headroom: backends.rows && headroomOf(backends.rows),
      groups: backends.rows && groupBackends(backends.rows, input.by),
      sessions:
        activity.rows &&
        activity.rows
          .filter((row) => row.backend_type === "client backend")
          .map((row) => ({ ...row, ...readTag(row.app), query: row.query ?? "" }))
          .sort((a, b) => (b.transaction_ms ?? 0) - (a.transaction_ms ?? 0)),
      idle: idle.rows && idle.rows.map((row) => ({ ...row, ...readTag(row.app), query: row.query ?? "" })),
      idleAll:
        backends.rows &&
        backends.rows
          .filter((row) => row.backend_type === "client backend" && row.state === "idle")
          .reduce((sum, row) => sum + row.n, 0),
      idleMissing: idle.missing,
      missing: backends.missing ?? activity.missing,
      late: lateOf(backends, activity),
      points,
      step: history.step,
      pools,
      source: sourceOf(activity),
    };
  },
});
