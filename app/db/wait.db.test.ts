import { afterEach, beforeAll, expect, it } from "vitest";
import { Unavailable } from "~/platform/errors.ts";
import { testDatabase } from "../../tests/database.ts";
import { createPool, type Pool } from "./pool.server.ts";

const db = testDatabase();
let pool: Pool;

beforeAll(() => {
  pool = createPool("small", { url: db.url("app"), applicationName: "wait", max: 1, waitMs: 2000, connectTimeoutMs: 30_000 });
});
afterEach(() => pool.end());

it("whoever waits too long for a connection is told so, and what comes later goes back to the pool", async () => {
  const held = await pool.connect();
  const started = performance.now();
  await Promise.all([
    expect(pool.query("select 1")).rejects.toThrow(Unavailable),
    expect(pool.connect()).rejects.toThrow("Every database connection of the console is in use. Try again in a moment."),
  ]);
  expect(performance.now() - started).toBeLessThan(20_000);
  held.release();
  for (let i = 0; i < 5; i++) expect((await pool.query<{ n: number }>("select 1 as n")).rows[0]!.n).toBe(1);
  expect([pool.waitingCount, pool.idleCount]).toEqual([0, 1]);
});
