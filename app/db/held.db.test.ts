import { beforeAll, describe, expect, it } from "vitest";
import { ctxFor, everywhere, makeStaff, testDatabase } from "../../tests/database.ts";
import { cache } from "./cache.server.ts";
import { clients } from "./clients.server.ts";
import type { Ctx } from "./ctx.ts";
import { takeNestedPlaces } from "./held.server.ts";
import { withReadScope, withScope, withSnapshot } from "./scope.server.ts";

const db = testDatabase();
let ctx: Ctx;

beforeAll(async () => {
  process.env["DATABASE_MAX_CONNECTIONS"] = "4";
  ctx = ctxFor(await makeStaff(db.owner, "SUPER_ADMIN"), everywhere);
});

const now = () => clients().primary.query<{ n: number }>("select 1 as n");
const second = "A second connection was requested while one is held: pass tx, or read first";

describe("a second connection while one is held", () => {
  it("is refused at once, from every door, and says where", async () => {
    for (const ask of [
      () => now(),
      () => withScope(ctx, async () => undefined),
      () => withReadScope(ctx, async () => undefined),
      () => withSnapshot(ctx, async () => undefined),
      async () => (await clients().primary.connect()).release(),
    ])
      await expect(withReadScope(ctx, async () => ask())).rejects.toThrow(second);
    const places = takeNestedPlaces();
    expect(places.length).toBeGreaterThan(0);
    expect(places.join()).toContain("held.db.test.ts");
  });

  it("is refused also where the refusal is caught, so a test can see it afterwards", async () => {
    await withScope(ctx, async () => now().catch(() => undefined));
    expect(takeNestedPlaces()).toHaveLength(1);
  });

  it("is none when the first has been given back, or its transaction is joined", async () => {
    let given = () => undefined as void;
    const back = new Promise<void>((resolve) => (given = resolve));
    let behind: Promise<unknown> | undefined;
    await withScope(ctx, async (inner) => {
      await withReadScope(inner, async ({ tx }) => tx.query({ text: "select 1" }));
      await inner.tx.prisma.staff.findFirst();
      inner.tx.afterCommit(async () => void (await now()));
      behind = back.then(now);
    });
    given();
    await behind;
  });
});

it("two snapshots of several connections do not wait for each other's half", async () => {
  const reads = Array.from({ length: 8 }, () =>
    withSnapshot(ctx, async (...lanes) => Promise.all(lanes.map(({ tx }) => tx.query({ text: "select pg_sleep(0.01)" }))), 3),
  );
  const done = await Promise.all(reads);
  expect(done.every((lanes) => lanes.length === 3)).toBe(true);
  expect(clients().primary.idleCount).toBe(clients().primary.totalCount);
}, 10_000);

it("whoever holds a connection does not wait for an answer that waits for one", async () => {
  const { max } = clients().primary.stats();
  const question = { key: "held", of: [], read: async () => (await now()).rows[0]!.n };
  const inside = Array.from({ length: max }, () =>
    withReadScope(ctx, async ({ tx }) => {
      await tx.query({ text: "select pg_sleep(0.05)" });
      return cache.get(ctx, {
        ...question,
        read: async () => (await tx.query<{ n: number }>({ text: "select 1 as n" })).rows[0]!.n,
      });
    }),
  );
  await new Promise((resolve) => setTimeout(resolve, 20));
  const outside = cache.get(ctx, question);
  expect(await Promise.all([...inside, outside])).toEqual(Array.from({ length: max + 1 }, () => 1));
}, 10_000);
