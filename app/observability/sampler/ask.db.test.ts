import { afterAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { testDatabase } from "../../../tests/database.ts";
import { createPool, type Pool } from "~/db/pool.server.ts";
import { probe } from "../probe.ts";
import type { Sample } from "./sample.ts";
import { PROBES } from "../probes/all.ts";
import { ask, askTogether, examineServer } from "./ask.server.ts";

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

describe("probes of one round", () => {
  const TRANSACTION =
    "select virtualtransaction as v from pg_locks where pid = pg_backend_pid() and locktype = 'virtualxid' and granted";

  it("share one transaction, which is one commit of the watched server", async () => {
    const pool = open();
    const server = await examineServer(pool);
    const found: Sample[] = [];
    const probes = [
      said("a", 900, TRANSACTION),
      said("b", 900, `${TRANSACTION} limit 1`),
      said("c", 800, `${TRANSACTION} limit 2`),
    ];
    await askTogether(pool, probes, "primary", server, (sample) => found.push(sample));
    expect(found.map((sample) => sample.probe)).toEqual(["a", "b", "c"]);
    expect(new Set(found.map((sample) => (sample.rows as { v: string }[])[0]!.v)).size).toBe(1);
    const alone = await ask(pool, probes[0]!, "primary", server);
    expect(alone.rows).not.toEqual(found[0]!.rows);
  });

  it("do not go down with one that is refused, and keep their own timeouts", async () => {
    const pool = open();
    const server = await examineServer(pool);
    const found: Sample[] = [];
    const broken = said("broken", 700, "select 1 / 0 as v");
    const probes = [said("x", 900, TIMEOUT), broken, said("y", 700, `${TIMEOUT} from (select 1) y`), said("z", 900, TIMEOUT)];
    for (let round = 0; round < 2; round++) await askTogether(pool, probes, "primary", server, (sample) => found.push(sample));
    expect(found.map((sample) => [sample.probe, sample.rows, sample.missing?.reason ?? null])).toEqual(
      Array.from({ length: 2 }, () => [
        ["x", [{ v: "900ms 100ms off" }], null],
        ["broken", null, "division by zero"],
        ["y", [{ v: "700ms 100ms off" }], null],
        ["z", [{ v: "900ms 100ms off" }], null],
      ]).flat(),
    );
  });
});
