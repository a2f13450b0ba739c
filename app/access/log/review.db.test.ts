import { beforeAll, expect, it } from "vitest";
import { ctxFor, everywhere, makeCollege, makeStaff, testDatabase } from "../../../tests/database.ts";
import { record } from "~/audit/record.server.ts";
import type { Ctx } from "~/db/ctx.ts";
import { withScope } from "~/db/scope.server.ts";
import { createStaff, updateStaff } from "../staff/staff.server.ts";
import { createApiKey, revokeApiKey } from "~/domains/integrity/keys/api-keys.server.ts";
import { accessReview, keyReview } from "./review.server.ts";

// Breaks when the review names another than who gave a right, or another moment: that is what it is read for.
const db = testDatabase();
let sam: Ctx;
let kim: Ctx;
let north: string;
let south: string;

const admin = async (name: string): Promise<Ctx> => {
  const actor = { ...(await makeStaff(db.owner, "SUPER_ADMIN")), name };
  await db.owner.query("update console.staff set name = $1 where id = $2", [name, actor.id]);
  return ctxFor(actor, everywhere);
};
const review = async (id: string) =>
  (await accessReview({ ctx: sam, input: {} }))
    .filter((row) => row.id === id)
    .map(({ tenant, granted_by, since, last_act }) => ({ tenant, granted_by, since, last_act }))
    .toSorted((a, b) => (a.tenant ?? "").localeCompare(b.tenant ?? ""));
const hire = async (email: string, role: "SUPER_ADMIN" | "PROCTOR" | "AUDITOR", colleges: string[]) =>
  (await createStaff({ ctx: sam, input: { email, name: "New Person", role, colleges } })).id;

beforeAll(async () => {
  sam = await admin("Sam Reyes");
  kim = await admin("Kim Okafor");
  north = (await makeCollege(db.owner, { name: "North" })).id;
  south = (await makeCollege(db.owner, { name: "South" })).id;
});

it("a right is of who gave it, also after someone else has changed a name", async () => {
  const id = await hire("p1@test.example", "PROCTOR", [north]);
  const [before] = await review(id);
  expect(before).toMatchObject({ tenant: "North", granted_by: "Sam Reyes", last_act: null });
  await updateStaff({ ctx: kim, input: { id, name: "Married Name", role: "PROCTOR", colleges: [north], active: true } });
  expect(await review(id)).toEqual([before]);
  await updateStaff({ ctx: kim, input: { id, name: "Married Name", role: "PROCTOR", colleges: [north, south], active: true } });
  expect(await review(id)).toMatchObject([before, { tenant: "South", granted_by: "Kim Okafor" }]);
  await updateStaff({ ctx: kim, input: { id, name: "Married Name", role: "PROCTOR", colleges: [south], active: true } });
  expect(await review(id)).toMatchObject([{ tenant: "South", granted_by: "Kim Okafor" }]);
});

it("a role is of who gave it, since then, where it needs no tenant too", async () => {
  const id = await hire("p2@test.example", "AUDITOR", []);
  const [auditor] = await review(id);
  expect(auditor).toMatchObject({ tenant: null, granted_by: "Sam Reyes" });
  await updateStaff({ ctx: kim, input: { id, name: "New Person", role: "SUPER_ADMIN", colleges: [], active: true } });
  const [boss] = await review(id);
  expect(boss).toMatchObject({ granted_by: "Kim Okafor" });
  expect(boss!.since.getTime()).toBeGreaterThan(auditor!.since.getTime());
  // A role that changes over a tenant that stays: both are needed, the later one counts.
  const other = await hire("p3@test.example", "PROCTOR", [north]);
  await updateStaff({
    ctx: kim,
    input: { id: other, name: "New Person", role: "TENANT_MANAGER", colleges: [north], active: true },
  });
  expect(await review(other)).toMatchObject([{ tenant: "North", granted_by: "Kim Okafor" }]);
});

it("who was there before the log has no giver, and what was done last is said", async () => {
  const id = sam.actor.id!;
  expect((await review(id))[0]).toMatchObject({ granted_by: null });
  await withScope(sam, (inner) => record(inner, { action: "test.act", resource: "thing" }));
  expect(Date.now() - (await review(id))[0]!.last_act!.getTime()).toBeLessThan(5000);
  const long = new Date("2020-01-01T00:00:00Z");
  const gone = (await makeStaff(db.owner, "SRE")).id;
  await db.owner.query("update console.staff set last_login_at = $1 where id = $2", [long, gone]);
  expect((await review(gone))[0]!.last_act).toEqual(long);
});

it("a tenant more is a change of rights, and stands out as one; another name is none", async () => {
  const id = await hire("p4@test.example", "PROCTOR", [north]);
  const risk = async () =>
    (
      await db.owner.query<{ risk: number }>(
        "select risk from audit.entry where resource_id = $1 order by at desc, id desc limit 1",
        [id],
      )
    ).rows[0]!.risk;
  const change = (colleges: string[], active = true, name = "New Person") =>
    updateStaff({ ctx: kim, input: { id, name, role: "PROCTOR", colleges, active } });
  await change([north], true, "Other Name");
  expect(await risk()).toBe(0);
  await change([north, south], true, "Other Name");
  expect(await risk()).toBe(25);
  await change([north], false, "Other Name");
  expect(await risk()).toBe(0);
  await change([north], true, "Other Name");
  expect(await risk()).toBe(25);
});

it("a machine's key is a right too: whose it is, who made it, and whether it still opens anything", async () => {
  const make = (name: string) => createApiKey({ ctx: sam, input: { collegeId: north, name } });
  const [used, gone] = [await make("Used"), await make("Gone")];
  await db.owner.query("update public.api_key set last_used_at = '2026-01-02T03:04:05Z' where id = $1", [used.id]);
  await revokeApiKey({ ctx: kim, input: { id: gone.id, reason: "lost with a laptop" } });
  expect(await keyReview({ ctx: sam, input: {} })).toMatchObject([
    { name: "Used", tenant: "North", granted_by: "Sam Reyes", works: true, last_act: new Date("2026-01-02T03:04:05Z") },
    { name: "Gone", tenant: "North", granted_by: "Sam Reyes", works: false, last_act: null },
  ]);
});
