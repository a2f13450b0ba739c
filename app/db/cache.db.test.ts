import { beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { ctxFor, everywhere, inTenants, makeCollege, makeStaff, testDatabase } from "../../tests/database.ts";
import { cache, tablesWritten } from "./cache.server.ts";
import type { Ctx } from "./ctx.ts";
import { execute, rows } from "./query.ts";
import { withReadScope, withScope } from "./scope.server.ts";
import { sql } from "./sql.ts";

const db = testDatabase();
let a: { id: string };
let b: { id: string };
let managerA: Ctx;
let managerB: Ctx;

beforeAll(async () => {
  a = await makeCollege(db.owner, { name: "A" });
  b = await makeCollege(db.owner, { name: "B" });
  managerA = ctxFor(await makeStaff(db.owner, "TENANT_MANAGER", [a.id]), inTenants(a.id));
  managerB = ctxFor(await makeStaff(db.owner, "TENANT_MANAGER", [b.id]), inTenants(b.id));
});

const names = (ctx: Ctx, key: string) =>
  cache.get(ctx, {
    key,
    of: ["college"],
    read: () =>
      withReadScope(ctx, async ({ tx }) =>
        (await rows(tx, sql`select name from public.college`, z.object({ name: z.string() }))).map((row) => row.name),
      ),
  });

describe("what is held", () => {
  it("is never another tenant's or another role's, under the same key", async () => {
    expect(await names(managerA, "same")).toEqual(["A"]);
    expect(await names(managerB, "same")).toEqual(["B"]);
    expect(await names(ctxFor(managerA.actor, inTenants(a.id, b.id)), "same")).toHaveLength(2);
    const auditor = ctxFor(await makeStaff(db.owner, "AUDITOR"), inTenants(a.id));
    let read = 0;
    await cache.get(auditor, { key: "same", of: ["college"], read: async () => ++read });
    expect(read, "another role was answered from a manager's answer").toBe(1);
  });

  it("ends when a transaction that wrote the table commits, by SQL or by Prisma, and not when it fails", async () => {
    const boss = ctxFor(await makeStaff(db.owner, "SUPER_ADMIN"), everywhere);
    let read = 0;
    const ask = () => cache.get(boss, { key: "writes", of: ["college"], read: async () => ++read });
    const write = (name: string, fail = false) =>
      withScope(boss, async ({ tx }) => {
        await execute(tx, sql`update public.college set name = ${name} where id = ${a.id}::uuid`);
        if (fail) throw new Error("half-way");
      });
    expect(await ask()).toBe(1);
    expect(await ask()).toBe(1);
    await write("A2", true).catch(() => undefined);
    expect(await ask()).toBe(1);
    await write("A2");
    expect(await ask()).toBe(2);
    await withScope(boss, ({ tx }) => tx.prisma.college.update({ where: { id: a.id }, data: { name: "A3" } }));
    expect(await ask()).toBe(3);
  });

  it("does not keep an answer that was read before a write and arrives after it", async () => {
    let release = () => undefined as void;
    const waiting = new Promise<void>((resolve) => (release = resolve));
    const question = (read: () => Promise<string>) => ({ key: "late", of: ["exam"], read });
    const early = cache.get(
      managerA,
      question(async () => {
        await waiting;
        return "before";
      }),
    );
    cache.changed(["exam"]);
    const late = cache.get(
      managerA,
      question(async () => "after"),
    );
    release();
    expect(await early).toBe("before");
    expect(await late).toBe("after");
    expect(
      await cache.get(
        managerA,
        question(async () => "again"),
      ),
    ).toBe("after");
  });

  it("is no error, and is read once for a hundred who ask at once", async () => {
    let asked = 0;
    const failing = { key: "fails", of: [], read: async () => Promise.reject(new Error(`no ${++asked}`)) };
    await expect(cache.get(managerA, failing)).rejects.toThrow("no 1");
    await expect(cache.get(managerA, failing)).rejects.toThrow("no 2");
    let read = 0;
    const slow = async () => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      return ++read;
    };
    const all = await Promise.all(Array.from({ length: 100 }, () => cache.get(managerA, { key: "hundred", of: [], read: slow })));
    expect(new Set(all)).toEqual(new Set([1]));
    expect(read).toBe(1);
  });

  it("ends with its time", async () => {
    let read = 0;
    let time = 1000;
    const ask = () => cache.get(managerA, { key: "time", of: [], ttlMs: 300, read: async () => ++read }, () => time);
    await ask();
    time += 299;
    expect(await ask()).toBe(1);
    time += 2;
    expect(await ask()).toBe(2);
  });
});

it("the tables of a statement are found in our SQL and in Prisma's", () => {
  expect(tablesWritten('INSERT INTO "public"."college" ("id") VALUES ($1)')).toEqual(["college"]);
  expect(tablesWritten("with x as (delete from public.exam returning id) update console.staff set name = 'x'")).toEqual([
    "exam",
    "staff",
  ]);
  expect(tablesWritten('update only public."user" set name = $1; merge into public.grade g using x on true')).toEqual([
    "user",
    "grade",
  ]);
  expect(tablesWritten("select id from public.college for update")).toEqual([]);
});
