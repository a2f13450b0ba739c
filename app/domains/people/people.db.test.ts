import { beforeAll, describe, expect, it } from "vitest";
import "../resources.ts";
import { ctxFor, inTenants, makeCollege, makeStaff, testDatabase } from "../../../tests/database.ts";
import type { Ctx } from "~/db/ctx.ts";
import { Forbidden, Invalid, NotFound } from "~/platform/errors.ts";
import { newId } from "~/platform/ids.ts";
import { readQuery } from "~/resources/query.ts";
import { resourceNamed } from "~/resources/registry.ts";
import { relationLists } from "~/resources/relations.server.ts";
import { list } from "~/resources/verbs.server.ts";
import { endPersonSessions, lockPerson, unlockPerson } from "./access.server.ts";
import { personOverview } from "./person-overview.server.ts";

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
  it("keeps someone out until a time, ends what they have open, and says so on their page", async () => {
    const id = await makePerson();
    await lockPerson({ ctx: manager, input: { id, hours: 2, reason: "Shared a password" } });
    expect(await open(id)).toBe(0);
    const { person } = await personOverview({ ctx: manager, input: { id } });
    expect(person.locked_reason).toBe("Shared a password");
    expect(person.locked_until!.getTime() - Date.now()).toBeGreaterThan(1.9 * 3_600_000);
    await unlockPerson({ ctx: manager, input: { id, reason: "Explained" } });
    expect((await personOverview({ ctx: manager, input: { id } })).person.locked_until).toBeNull();
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

describe("a person in a list", () => {
  const access = async (id: string) => {
    const query = readQuery(resourceNamed("user"), new URLSearchParams("limit=500"));
    return (await list({ ctx: manager, input: { resource: "user", query } })).rows.find((row) => row.id === id)?.values["access"];
  };
  const set = (id: string, what: string) => db.owner.query(`update public."user" set ${what} where id = $1`, [id]);

  it("is shown with what really keeps them out, the account's switch is not the whole of it", async () => {
    const id = await makePerson();
    expect(await access(id)).toBe("NOT_ENROLLED");
    const klass = newId();
    await db.owner.query(`insert into public."class" (id, college_id, name, academic_year) values ($1, $2, 'Access', '2026')`, [
      klass,
      college,
    ]);
    await db.owner.query("insert into public.enrollment (id, college_id, user_id, class_id) values ($1, $2, $3, $4)", [
      newId(),
      college,
      id,
      klass,
    ]);
    expect(await access(id)).toBe("ACTIVE");
    await lockPerson({ ctx: manager, input: { id, hours: 1, reason: "lost card" } });
    expect(await access(id)).toBe("LOCKED");
    await set(id, "locked_until = now() - interval '1 minute'");
    expect(await access(id)).toBe("ACTIVE");
    await set(id, "is_active = false");
    expect(await access(id)).toBe("INACTIVE");
    await set(id, "is_active = true");
    await db.owner.query("update public.college set subscription_status = 'SUSPENDED' where id = $1", [college]);
    expect(await access(id)).toBe("TENANT_CLOSED");
    await db.owner.query("update public.college set subscription_status = 'ACTIVE' where id = $1", [college]);
  });

  it("has grades and results that say the grade", async () => {
    const id = await makePerson();
    const [klass, subject, semester] = [newId(), newId(), newId()];
    await db.owner.query(`insert into public."class" (id, college_id, name, academic_year) values ($1, $2, 'Graded', '2026')`, [
      klass,
      college,
    ]);
    await db.owner.query("insert into public.subject (id, college_id, name, code) values ($1, $2, 'Maths', 'M')", [
      subject,
      college,
    ]);
    await db.owner.query("insert into public.semester (id, college_id, name, code) values ($1, $2, 'First', 'S1')", [
      semester,
      college,
    ]);
    await db.owner.query(
      "insert into public.grade (id, college_id, user_id, class_id, subject_id, semester_id, grade_date, score) values ($1, $2, $3, $4, $5, $6, '2026-02-03', 875)",
      [newId(), college, id, klass, subject, semester],
    );
    const lists = await relationLists({ ctx: manager, input: { resource: "user", id } });
    const shown = lists.find((list) => list.resource.name === "grade");
    expect(shown?.columns).toContain("score");
    expect(shown?.rows[0]?.values["score"]).toBe(875);
  });
});
