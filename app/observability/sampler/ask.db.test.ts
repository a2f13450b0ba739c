import { afterAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { testDatabase } from "../../../tests/database.ts";
import { createPool, type Pool } from "~/db/pool.server.ts";
import { probe } from "../probe.ts";
import { PROBES } from "../probes/all.ts";
import { ask, examineServer } from "./ask.server.ts";

// Breaks when a probe is planned again each second, runs under another one's timeout, or stays broken after a change.
const db = testDatabase();
const pools: Pool[] = [];
const open = (): Pool => {
  const pool = createPool("asking", { url: db.url("owner"), applicationName: "asking", max: 1 });
  pools.push(pool);
  return pool;
};
afterAll(() => Promise.allSettled(pools.map((pool) => pool.end())));

const said = (name: string, timeoutMs: number, text: string) =>
  probe({ name, lane: "fast", everyMs: 1000, timeoutMs, sql: () => text, row: z.object({ v: z.string() }) });
const TIMEOUT =
  "select current_setting('statement_timeout') || ' ' || current_setting('lock_timeout') || ' ' || current_setting('jit') as v";

describe("a probe", () => {
  it("is planned once on its connection, and runs under its own timeouts", async () => {
    const pool = open();
    const server = await examineServer(pool);
    const [quick, slow] = [said("quick", 900, TIMEOUT), said("slow", 7000, `${TIMEOUT} from (select 1) slow`)];
    for (let i = 0; i < 3; i++) {
      expect((await ask(pool, quick, "primary", server)).rows).toEqual([{ v: "900ms 100ms off" }]);
      expect((await ask(pool, slow, "primary", server)).rows).toEqual([{ v: "7s 100ms off" }]);
      expect((await ask(pool, PROBES.lockModes, "primary", server)).rows).toEqual(expect.any(Array));
    }
    const plans = await pool.query<{ name: string; runs: number }>(
      "select name, (generic_plans + custom_plans)::int as runs from pg_prepared_statements order by name",
    );
    expect(plans.rows.map((row) => [row.name.replace(/_[0-9a-f]{12}$/, ""), row.runs])).toEqual([
      ["probe_lock_modes", 3],
      ["probe_quick", 3],
      ["probe_slow", 3],
    ]);
  });

  it("is asked anew when what it reads was made otherwise, or its plan is gone", async () => {
    const pool = open();
    const server = await examineServer(pool);
    await db.owner.query("create table public.changes (v text); insert into public.changes values ('a')");
    const one = said("changes", 900, "select * from public.changes");
    expect((await ask(pool, one, "primary", server)).rows).toEqual([{ v: "a" }]);
    await db.owner.query("alter table public.changes add w int");
    expect((await ask(pool, one, "primary", server)).missing?.reason).toMatch(/cached plan/);
    expect((await ask(pool, one, "primary", server)).rows).toEqual([{ v: "a" }]);
    // What a pooler does to it that hands each statement to another connection.
    await pool.query("deallocate all");
    expect((await ask(pool, one, "primary", server)).rows).toEqual([{ v: "a" }]);
    expect((await ask(pool, said("t", 800, TIMEOUT), "primary", server)).rows).toEqual([{ v: "800ms 100ms off" }]);
  });
});
