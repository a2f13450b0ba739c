import { beforeAll, describe, expect, it } from "vitest";
import { ctxFor, everywhere, inTenants, makeCollege, makeStaff, testDatabase } from "../../../tests/database.ts";
import type { Ctx } from "~/db/ctx.ts";
import { Conflict, Forbidden, Invalid, NotFound, StepUpRequired } from "~/platform/errors.ts";
import { newId } from "~/platform/ids.ts";
import { startArchive, tenantLines } from "./archive.server.ts";
import { createTenant } from "./create-tenant.server.ts";
import { expireSubscriptions } from "./expire-subscriptions.server.ts";
import { setSubscription } from "./set-subscription.server.ts";
import { tenantFacts } from "./tenant-facts.server.ts";

const db = testDatabase();
let boss: Ctx;

beforeAll(async () => {
  boss = ctxFor(await makeStaff(db.owner, "SUPER_ADMIN"), everywhere);
});

const asked = {
  name: "New College",
  code: "newc",
  currency: "eur",
  contactEmail: "",
  managerName: "Nia New",
  managerEmail: "Nia@New.Example",
};

async function studentWithSession(collegeId: string): Promise<string> {
  const user = newId();
  await db.owner.query(
    `insert into public."user" (id, college_id, name, email) values ($1::uuid, $2, 'S', $1::text || '@s.example')`,
    [user, collegeId],
  );
  await db.owner.query(
    `insert into public.user_session (id, college_id, user_id, token_hash, expires_at) values ($1::uuid, $2, $3, $1::text, now() + interval '1 day')`,
    [newId(), collegeId, user],
  );
  return user;
}

const one = async (text: string, values: unknown[]) => (await db.owner.query<Record<string, unknown>>(text, values)).rows[0]!;
const openSessions = async (id: string) =>
  (await one("select count(*)::int as n from public.user_session where college_id = $1 and revoked_at is null", [id]))["n"];
const actsOn = async (id: string) =>
  (await db.owner.query<{ action: string }>("select action from audit.entry where resource_id = $1 order by id", [id])).rows.map(
    (row) => row.action,
  );

describe("a new tenant", () => {
  it("has a trial, a manager with an invitation, and one entry in the log", async () => {
    const { id, link } = await createTenant({ ctx: boss, input: asked });
    expect(link).toMatch(/\/login\/reset\//);
    expect(await one("select code, currency, subscription_status as state from public.college where id = $1", [id])).toEqual({
      code: "NEWC",
      currency: "EUR",
      state: "TRIAL",
    });
    const { managers } = await tenantFacts({ ctx: boss, input: { id } });
    expect(managers).toMatchObject([{ name: "Nia New", email: "nia@new.example" }]);
    expect(await actsOn(id)).toEqual(["tenant.create"]);
  });

  it("shares a manager with another one, who keeps the password", async () => {
    const { link } = await createTenant({ ctx: boss, input: { ...asked, code: "SECOND" } });
    expect(link).toBeNull();
  });

  it("is made once by ten who press at once, and leaves nothing of the others", async () => {
    const before = await one("select count(*)::int as n from console.staff", []);
    const results = await Promise.allSettled(
      Array.from({ length: 10 }, (_, n) =>
        createTenant({ ctx: boss, input: { ...asked, code: "RACE", managerEmail: `m${n}@race.example` } }),
      ),
    );
    expect(results.filter((result) => result.status === "fulfilled").length).toBe(1);
    for (const result of results)
      if (result.status === "rejected") expect((result.reason as Error).message).toMatch(/is already in use$/);
    expect((await one("select count(*)::int as n from console.staff", []))["n"]).toBe(Number(before["n"]) + 1);
  });

  it("says per field what is wrong, and is not made by a manager or without a fresh proof", async () => {
    const wrong = { ...asked, name: "N", code: "a b", currency: "euro", managerEmail: "nobody" };
    const error = await createTenant({ ctx: boss, input: wrong }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(Invalid);
    expect(Object.keys((error as Invalid).fields ?? {}).sort()).toEqual(["code", "currency", "managerEmail", "name"]);
    const college = (await makeCollege(db.owner)).id;
    const manager = ctxFor(await makeStaff(db.owner, "TENANT_MANAGER", [college]), inTenants(college));
    await expect(createTenant({ ctx: manager, input: { ...asked, code: "MINE" } })).rejects.toBeInstanceOf(Forbidden);
    const stale = { ...boss, session: { ...boss.session!, stepUpAt: null } };
    await expect(createTenant({ ctx: stale, input: { ...asked, code: "STALE" } })).rejects.toBeInstanceOf(StepUpRequired);
  });
});

describe("a subscription", () => {
  it("that is suspended closes the tenant and ends what its people have open; the next tenant's goes on", async () => {
    const [mine, other] = [(await makeCollege(db.owner)).id, (await makeCollege(db.owner)).id];
    await studentWithSession(mine);
    await studentWithSession(other);
    const { ended } = await setSubscription({ ctx: boss, input: { id: mine, state: "SUSPENDED", reason: "Unpaid since May" } });
    expect(ended).toBe(1);
    expect([await openSessions(mine), await openSessions(other)]).toEqual([0, 1]);
    expect(await one("select is_active, suspended_reason from public.college where id = $1", [mine])).toEqual({
      is_active: false,
      suspended_reason: "Unpaid since May",
    });
    await setSubscription({ ctx: boss, input: { id: mine, state: "ACTIVE", reason: "Paid", expiry: "2031-01-31" } });
    expect(await actsOn(mine)).toEqual(["tenant.suspend", "tenant.reactivate"]);
  });

  it("that ran out is not opened again without a day until which it holds", async () => {
    const { id } = await makeCollege(db.owner);
    await db.owner.query(
      "update public.college set subscription_status = 'EXPIRED', is_active = false, subscription_expiry = now() - interval '40 days' where id = $1",
      [id],
    );
    const open = (expiry?: string) =>
      setSubscription({ ctx: boss, input: { id, state: "ACTIVE", reason: "Paid again", ...(expiry ? { expiry } : {}) } });
    await expect(open()).rejects.toThrow(/enter its new end/);
    await expect(open("2020-01-31")).rejects.toBeInstanceOf(Invalid);
    await open("2031-01-31");
    await expireSubscriptions();
    expect((await one("select subscription_status as state from public.college where id = $1", [id]))["state"]).toBe("ACTIVE");
  });

  it("moves as its machine says, needs a reason and a day that exists", async () => {
    const { id } = await makeCollege(db.owner);
    await expect(
      setSubscription({ ctx: boss, input: { id, state: "TRIAL", reason: "Back to the start" } }),
    ).rejects.toBeInstanceOf(Conflict);
    await expect(setSubscription({ ctx: boss, input: { id, state: "SUSPENDED", reason: " " } })).rejects.toBeInstanceOf(Invalid);
    await expect(
      setSubscription({ ctx: boss, input: { id, state: "PAST_DUE", reason: "Late", expiry: "2031-02-30" } }),
    ).rejects.toBeInstanceOf(Invalid);
    await expect(
      setSubscription({ ctx: boss, input: { id: newId(), state: "SUSPENDED", reason: "Nobody" } }),
    ).rejects.toBeInstanceOf(NotFound);
    expect(await actsOn(id)).toEqual([]);
  });

  it("that ran out is past due, and expires with its people's sessions when the grace is over, once", async () => {
    const [late, over, fine] = [
      (await makeCollege(db.owner)).id,
      (await makeCollege(db.owner)).id,
      (await makeCollege(db.owner)).id,
    ];
    const end = (id: string, days: number) =>
      db.owner.query(
        "update public.college set subscription_expiry = now() - $2 * interval '1 day', grace_days = 5 where id = $1",
        [id, days],
      );
    await end(late, 2);
    await end(over, 6);
    await end(fine, -2);
    await studentWithSession(over);
    await studentWithSession(late);
    const both = await Promise.all([expireSubscriptions(), expireSubscriptions()]);
    expect(both.map((one) => one.expired).reduce((a, b) => a + b)).toBe(1);
    expect(both.map((one) => one.pastDue).reduce((a, b) => a + b)).toBe(1);
    const state = async (id: string) =>
      (await one("select subscription_status as state from public.college where id = $1", [id]))["state"];
    expect([await state(late), await state(over), await state(fine)]).toEqual(["PAST_DUE", "EXPIRED", "ACTIVE"]);
    expect([await openSessions(late), await openSessions(over)]).toEqual([1, 0]);
    expect(await actsOn(over)).toEqual(["tenant.set_subscription"]);
  });
});

describe("an archive", () => {
  it("has every row of one tenant and none of another, and no secret", async () => {
    const [mine, other] = [(await makeCollege(db.owner)).id, (await makeCollege(db.owner)).id];
    const user = await studentWithSession(mine);
    await studentWithSession(other);
    let text = "";
    for await (const part of tenantLines(boss, mine)) text += part;
    const records = text
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { table: string; record: Record<string, unknown> });
    expect(records.map((row) => row.table).sort()).toEqual(["college", "platform_identifier", "user", "user_session"]);
    expect(records.find((row) => row.table === "user")!.record["id"]).toBe(user);
    expect(text).not.toContain(other);
    expect(text).not.toContain("token_hash");
    await startArchive({ ctx: boss, input: { id: mine } });
    expect(await actsOn(mine)).toEqual(["tenant.export"]);
  });
});
