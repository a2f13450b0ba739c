import { beforeAll, describe, expect, it } from "vitest";
import { ctxFor, inTenants, makeCollege, makeStaff, testDatabase } from "../../../tests/database.ts";
import type { Ctx } from "~/db/ctx.ts";
import { Forbidden, Invalid, NotFound } from "~/platform/errors.ts";
import { newId } from "~/platform/ids.ts";
import { endPersonSessions, lockPerson, unlockPerson } from "./access.server.ts";
import { personMatter } from "./matter.server.ts";

const db = testDatabase();
let college: string;
let manager: Ctx;
let stranger: Ctx;
let auditor: Ctx;

beforeAll(async () => {
  college = (await makeCollege(db.owner)).id;
  const other = (await makeCollege(db.owner)).id;
  manager = ctxFor(await makeStaff(db.owner, "TENANT_MANAGER", [college]), inTenants(college));
  stranger = ctxFor(await makeStaff(db.owner, "TENANT_MANAGER", [other]), inTenants(other));
  auditor = ctxFor(await makeStaff(db.owner, "AUDITOR"), { kind: "all" });
});

async function makePerson(): Promise<string> {
  const id = newId();
  await db.owner.query(
    `insert into public."user" (id, college_id, name, email) values ($1::uuid, $2, 'S', $1::text || '@s.example')`,
    [id, college],
  );
  for (const table of ["user_session", "refresh_token"])
    await db.owner.query(
      `insert into public.${table} (id, college_id, user_id, token_hash, expires_at) values ($1::uuid, $2, $3, $1::text, now() + interval '1 day')`,
      [newId(), college, id],
    );
  return id;
}

const open = async (id: string) =>
  (
    await db.owner.query<{ n: number }>(
      "select (select count(*) from public.user_session where user_id = $1 and revoked_at is null)::int + (select count(*) from public.refresh_token where user_id = $1 and revoked_at is null)::int as n",
      [id],
    )
  ).rows[0]!.n;
const acts = async (id: string) =>
  (await db.owner.query<{ action: string }>("select action from audit.entry where resource_id = $1 order by id", [id])).rows.map(
    (row) => row.action,
  );

describe("a lock", () => {
  it("keeps somebody out until a time, ends what they have open, and says so on their page", async () => {
    const id = await makePerson();
    await lockPerson({ ctx: manager, input: { id, hours: 2, reason: "Shared a password" } });
    expect(await open(id)).toBe(0);
    const { person } = await personMatter({ ctx: manager, input: { id } });
    expect(person.locked_reason).toBe("Shared a password");
    expect(person.locked_until!.getTime() - Date.now()).toBeGreaterThan(1.9 * 3_600_000);
    await unlockPerson({ ctx: manager, input: { id, reason: "Explained" } });
    expect((await personMatter({ ctx: manager, input: { id } })).person.locked_until).toBeNull();
    expect(await acts(id)).toEqual(["user.lock", "user.unlock"]);
  });

  it("needs a reason, a sensible time, the role and the tenant, and changes nothing otherwise", async () => {
    const id = await makePerson();
    const input = { id, hours: 2, reason: "Shared a password" };
    await expect(lockPerson({ ctx: manager, input: { ...input, hours: 9000 } })).rejects.toBeInstanceOf(Invalid);
    await expect(lockPerson({ ctx: manager, input: { ...input, hours: 0.5 } })).rejects.toBeInstanceOf(Invalid);
    await expect(lockPerson({ ctx: manager, input: { ...input, reason: "" } })).rejects.toBeInstanceOf(Invalid);
    await expect(lockPerson({ ctx: stranger, input })).rejects.toBeInstanceOf(NotFound);
    await expect(unlockPerson({ ctx: stranger, input })).rejects.toBeInstanceOf(NotFound);
    await expect(endPersonSessions({ ctx: stranger, input })).rejects.toBeInstanceOf(NotFound);
    await expect(lockPerson({ ctx: auditor, input })).rejects.toBeInstanceOf(Forbidden);
    expect(await open(id)).toBe(2);
    expect(await acts(id)).toEqual([]);
  });
});

describe("sessions", () => {
  it("end once, whoever presses, and each press is in the log with what it ended", async () => {
    const id = await makePerson();
    const input = { id, reason: "Lost phone" };
    const both = await Promise.all([endPersonSessions({ ctx: manager, input }), endPersonSessions({ ctx: manager, input })]);
    expect(both.map((one) => one.ended).sort()).toEqual([0, 2]);
    expect(await acts(id)).toEqual(["user.end_sessions", "user.end_sessions"]);
  });
});
