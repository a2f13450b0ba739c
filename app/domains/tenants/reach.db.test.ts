import { beforeAll, describe, expect, it } from "vitest";
import { ctxFor, everywhere, inTenants, makeCollege, makeStaff, testDatabase } from "../../../tests/database.ts";
import "~/domains/resources.ts";
import { actVerbs } from "~/domains/acts.server.ts";
import type { Ctx } from "~/db/ctx.ts";
import { Conflict, Forbidden } from "~/platform/errors.ts";
import { runBulk, startBulk } from "~/resources/bulk.server.ts";
import { resourceNamed } from "~/resources/registry.ts";
import { get, remove, restore, update } from "~/resources/verbs.server.ts";
import { viewOf } from "~/resources/view.ts";

// Breaks when a tenant manager changes what the platform decides about their tenant, by whichever door.
const db = testDatabase();
let college: string;
let manager: Ctx;
let boss: Ctx;

beforeAll(async () => {
  college = (await makeCollege(db.owner, { name: "Own College" })).id;
  manager = ctxFor(await makeStaff(db.owner, "TENANT_MANAGER", [college]), inTenants(college));
  boss = ctxFor(await makeStaff(db.owner, "SUPER_ADMIN"), everywhere);
});

async function change(ctx: Ctx, values: Record<string, string>, id = college): Promise<void> {
  const { row } = await get({ ctx, input: { resource: "college", id } });
  await update({ ctx, input: { resource: "college", id, version: row.version, values } });
}

const stored = async (id = college) =>
  (
    await db.owner.query<Record<string, unknown>>(
      "select name, subscription_expiry, grace_days, max_students, payment_approval_limit, contact_email, locale, time_zone, deleted_at from public.college where id = $1",
      [id],
    )
  ).rows[0]!;

const PLATFORM = {
  name: "Mine",
  username: "mine",
  code: "MINE",
  currency: "USD",
  subscriptionExpiry: "2099-01-01T00:00",
  graceDays: "3650",
  maxStudents: "1000000",
  paymentApprovalLimit: "99999999",
};

describe("a tenant manager", () => {
  it.each(Object.entries(PLATFORM))("is refused to set %s of their own tenant", async (key, value) => {
    const before = await stored();
    await expect(change(manager, { [key]: value })).rejects.toBeInstanceOf(Forbidden);
    await expect(change(manager, { contactEmail: "a@b.example", [key]: value })).rejects.toBeInstanceOf(Forbidden);
    expect(await stored()).toEqual(before);
  });

  it("may change how to reach it, its time zone and quiet hours, and is offered nothing else", async () => {
    await change(manager, { contactEmail: "office@own.example", timeZone: "Europe/Berlin", quietHours: "22:00-07:00" });
    await expect(change(manager, { quietHours: "at night" })).rejects.toThrow(/22:00-07:00/);
    expect(await stored()).toMatchObject({
      name: "Own College",
      contact_email: "office@own.example",
      time_zone: "Europe/Berlin",
    });
    const view = viewOf(resourceNamed("college"), "TENANT_MANAGER");
    expect(view.writable).toEqual(["timeZone", "quietHours", "contactEmail"]);
    expect([view.mayRemove, view.bulk]).toEqual([false, []]);
  });

  it("can't trash, purge or restore it, one by one or in bulk", async () => {
    const input = { resource: "college", id: college, reason: "Out of spite" };
    await expect(remove({ ctx: manager, input })).rejects.toBeInstanceOf(Forbidden);
    await expect(remove({ ctx: manager, input: { ...input, purge: true } })).rejects.toBeInstanceOf(Forbidden);
    await expect(restore({ ctx: manager, input })).rejects.toBeInstanceOf(Forbidden);
    for (const act of ["trash", "suspend", "reactivate"]) {
      const work = { resource: "college", act, value: "", reason: "Out of spite", selection: { ids: [college] } };
      await expect(startBulk({ ctx: manager, input: work })).rejects.toBeInstanceOf(Forbidden);
      const job = { id: crypto.randomUUID(), ctx: manager, input: work, progress: async () => undefined };
      await expect(runBulk(job as never, actVerbs)).rejects.toBeInstanceOf(Forbidden);
    }
    expect((await stored())["deleted_at"]).toBeNull();
  });
});

describe("a super-admin", () => {
  it("sets all of it", async () => {
    await change(boss, { graceDays: "12", maxStudents: "500", paymentApprovalLimit: "10000" });
    expect(await stored()).toMatchObject({ grace_days: 12, max_students: 500 });
  });

  it("purges a tenant that nothing points to, and is told in words what holds another back", async () => {
    const [empty, used] = [(await makeCollege(db.owner)).id, (await makeCollege(db.owner)).id];
    await db.owner.query(
      `insert into public."user" (id, college_id, name, email) values (gen_random_uuid(), $1, 'S', 's@s.example')`,
      [used],
    );
    for (const id of [empty, used]) await remove({ ctx: boss, input: { resource: "college", id, reason: "Closed down" } });
    await remove({ ctx: boss, input: { resource: "college", id: empty, reason: "Closed down", purge: true } });
    expect(await stored(empty)).toBeUndefined();
    const refused = remove({ ctx: boss, input: { resource: "college", id: used, reason: "Closed down", purge: true } });
    await expect(refused).rejects.toBeInstanceOf(Conflict);
    await expect(refused).rejects.toThrow(/Other records still refer/);
    expect((await stored(used))["deleted_at"]).not.toBeNull();
  });
});
