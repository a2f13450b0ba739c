import { beforeAll, describe, expect, it } from "vitest";
import { ctxFor, everywhere, inTenants, makeCollege, makeStaff, testDatabase } from "../../../tests/database.ts";
import { tenantSize } from "./tenant-size.server.ts";

const db = testDatabase();
let large: string;
let small: string;

beforeAll(async () => {
  large = (await makeCollege(db.owner, { name: "Large" })).id;
  small = (await makeCollege(db.owner, { name: "Small" })).id;
  for (const [id, n] of [
    [large, 4000],
    [small, 400],
  ] as const)
    await db.owner.query(
      `insert into public."user" (id, college_id, name, email) select public.invigil_uuid7(), $1::uuid, 'P', i || '.' || $1::text || '@t.example' from generate_series(1, $2) i`,
      [id, n],
    );
  await db.owner.query(`analyze public."user"`);
});

const rowsOf = async (ctx: Parameters<typeof tenantSize>[0]["ctx"], id: string) =>
  (await tenantSize({ ctx, input: { id } })).largest.find((one) => one.label === "user")?.rows ?? 0;

describe("the size of a tenant", () => {
  it("is near what is there, for whoever sees all tenants and for its manager", async () => {
    const boss = ctxFor(await makeStaff(db.owner, "SUPER_ADMIN"), everywhere);
    const manager = ctxFor(await makeStaff(db.owner, "TENANT_MANAGER", [small]), inTenants(small));
    for (const [ctx, id, n] of [
      [boss, large, 4000],
      [boss, small, 400],
      [manager, small, 400],
    ] as const) {
      const found = await rowsOf(ctx, id);
      expect(found).toBeGreaterThan(n * 0.9);
      expect(found).toBeLessThan(n * 1.1);
    }
  });

  it("has a month of days, each with its attempts", async () => {
    const boss = ctxFor(await makeStaff(db.owner, "SUPER_ADMIN"), everywhere);
    const { days } = await tenantSize({ ctx: boss, input: { id: small } });
    expect(days.length).toBe(31);
    expect(days.every((day) => day.n === 0)).toBe(true);
  });
});
