import pg from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import { z } from "zod";
import { rows } from "../../app/db/query.ts";
import { withScope } from "../../app/db/scope.server.ts";
import { sql } from "../../app/db/sql.ts";
import { ctxFor, makeCollege, makeStaff, testDatabase } from "../database.ts";

// Breaks when a scope survives its transaction, whatever killed it: 10,000 transactions of two tenants on one pool,
// while backends are terminated and transactions fail half-way.
const db = testDatabase();
const TRANSACTIONS = 10_000;
let colleges: { id: string; code: string }[];
let killed = 0;
let killing: NodeJS.Timeout;
let killer: pg.Client;

beforeAll(async () => {
  // Its owner may not terminate the sessions of others.
  killer = new pg.Client({ connectionString: db.url("postgres") });
  await killer.connect();
  colleges = [await makeCollege(db.owner), await makeCollege(db.owner)];
  killing = setInterval(() => {
    void killer
      .query(
        "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and usename = 'invigil_app' order by random() limit 1",
      )
      .then(({ rowCount }) => (killed += rowCount ?? 0))
      .catch(() => undefined);
  }, 50);
});
afterAll(async () => {
  clearInterval(killing);
  await killer.end();
});

it("no transaction sees another tenant's row, and the pool stays whole", async () => {
  const staff = await Promise.all(colleges.map((college) => makeStaff(db.owner, "TENANT_MANAGER", [college.id])));
  let done = 0;
  let lost = 0;
  let next = 0;
  const worker = async () => {
    while (next < TRANSACTIONS) {
      const n = next++;
      const which = n % 2;
      const ctx = ctxFor(staff[which]!, { kind: "tenants", ids: [colleges[which]!.id] });
      try {
        const seen = await withScope(ctx, async ({ tx }) => {
          const found = await rows(tx, sql`select id from public.college`, z.object({ id: z.string() }));
          if (n % 7 === 0) throw new Error("half-way");
          return found;
        });
        expect(seen.map((row) => row.id)).toEqual([colleges[which]!.id]);
        done++;
      } catch (error) {
        if ((error as Error).name === "AssertionError") throw error;
        if ((error as Error).message !== "half-way") lost++;
      }
    }
  };
  await Promise.all(Array.from({ length: 20 }, worker));
  clearInterval(killing);
  process.stdout.write(`scoped transactions: ${done} of ${TRANSACTIONS} done, ${lost} lost, ${killed} backends terminated\n`);
  expect(killed).toBeGreaterThan(0);
  expect(done).toBeGreaterThan(TRANSACTIONS / 2);
  const after = await withScope(ctxFor(staff[0]!, { kind: "tenants", ids: [colleges[0]!.id] }), ({ tx }) =>
    rows(tx, sql`select id from public.college`, z.object({ id: z.string() })),
  );
  expect(after).toHaveLength(1);
});
