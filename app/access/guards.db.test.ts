import { beforeAll, describe, expect, it } from "vitest";
import { ctxFor, everywhere, inTenants, makeCollege, makeStaff, testDatabase } from "../../tests/database.ts";
import type { Ctx } from "../db/ctx.ts";
import { withScope } from "../db/scope.server.ts";
import { fixedClock } from "../platform/clock.ts";
import { newId } from "../platform/ids.ts";
import { exportLog } from "./log/export.server.ts";
import { may, ROLE_NAMES, type Permission } from "./policy.ts";
import { resetLink, resetPassword } from "./staff/reset-password.server.ts";
import { revokeSession } from "./staff/sessions.server.ts";
import { getStaff, resetStaffMfa, resetStaffPassword, updateStaff } from "./staff/staff.server.ts";

const db = testDatabase();
let boss: Ctx;
let proctor: Ctx;
let college: string;

beforeAll(async () => {
  process.env["SESSION_SECRET"] = "a secret for these tests only";
  college = (await makeCollege(db.owner)).id;
  boss = ctxFor(await makeStaff(db.owner, "SUPER_ADMIN"), everywhere);
  proctor = ctxFor(await makeStaff(db.owner, "PROCTOR", [college]), inTenants(college));
});

type Verb = ((work: { ctx: Ctx; input: never }) => Promise<unknown>) & { verb: { name: string; permission: string } };
const somebody = (id: string) => ({ id, name: "Some Body", role: "SRE", colleges: [], active: true });
const LINES: [verb: unknown, permission: Permission, input: (id: string) => Record<string, unknown>, unknown: number][] = [
  [getStaff, "staff.read", (id) => ({ id }), 404],
  [updateStaff, "staff.manage", somebody, 404],
  [resetStaffPassword, "staff.manage", (id) => ({ id }), 404],
  [resetStaffMfa, "staff.manage", (id) => ({ id }), 404],
  [revokeSession, "self", (id) => ({ id }), 404],
];

describe.each(
  LINES.map(([verb, permission, input, unknown]) => ({ name: (verb as Verb).verb.name, verb, permission, input, unknown })),
)("$name", ({ verb, permission, input, unknown }) => {
  const call = (ctx: Ctx, id: string) => (verb as Verb)({ ctx, input: input(id) as never });

  it("asks for its permission, and refuses every role that has not got it", async () => {
    expect((verb as Verb).verb.permission).toBe(permission);
    for (const role of [...ROLE_NAMES, "ANONYMOUS"].filter((name) => !may(name, permission)))
      await expect(call({ ...boss, actor: { ...boss.actor, role } as never }, newId()), role).rejects.toMatchObject({
        status: 403,
      });
  });

  it("knows nobody by an id that does not exist, or is none", async () => {
    await expect(call(boss, newId())).rejects.toMatchObject({ status: unknown });
    await expect(call(boss, "' or 1=1")).rejects.toMatchObject({ status: 422 });
  });
});

describe("a link to choose a password", () => {
  const anonymous = (clock = boss.clock): Ctx => ({
    actor: { kind: "anonymous", id: null, name: "nobody", email: null, role: "ANONYMOUS" },
    scope: { kind: "tenants", ids: [] },
    clock,
    requestId: newId(),
    address: "10.7.0.1",
  });
  const choose = (token: string, password = "a long enough one", clock = boss.clock) =>
    resetPassword(anonymous(clock), { token, password, again: password });
  const linkFor = async (id: string) => (await withScope(boss, (ctx) => resetLink(ctx, id))).split("/").at(-1)!;

  it("works once, for a day, until a newer one is made; and ends what is open", async () => {
    const { id } = await makeStaff(db.owner, "SRE");
    const hash = async () =>
      (await db.owner.query<{ hash: string }>("select password_hash as hash from console.staff where id = $1", [id])).rows[0]!
        .hash;
    await db.owner.query(
      "insert into console.staff_session (id, staff_id, token_hash, expires_at, last_seen_at) values ($1, $2, $3, now() + interval '1 hour', now())",
      [newId(), id, newId()],
    );
    const older = await linkFor(id);
    const token = await linkFor(id);
    await expect(choose(older), "older").rejects.toThrow(/used or has expired/);
    const tomorrow = fixedClock(new Date(Date.now() + 25 * 3_600_000).toISOString());
    await expect(choose(token, undefined, tomorrow), "expired").rejects.toThrow(/used or has expired/);
    expect(await hash()).toBeNull();
    await choose(token);
    const first = await hash();
    await expect(choose(token, "another long enough one"), "used").rejects.toThrow(/used or has expired/);
    expect(await hash()).toBe(first);
    const open = await db.owner.query("select 1 from console.staff_session where staff_id = $1 and revoked_at is null", [id]);
    expect(open.rowCount).toBe(0);
  });
});

describe("someone else's session", () => {
  it("is ended by who manages the staff, and by no one else", async () => {
    const { id: staff } = await makeStaff(db.owner, "SRE");
    const session = newId();
    await db.owner.query(
      "insert into console.staff_session (id, staff_id, token_hash, expires_at, last_seen_at) values ($1, $2, $3, now() + interval '1 hour', now())",
      [session, staff, newId()],
    );
    await expect(revokeSession({ ctx: proctor, input: { id: session } })).rejects.toMatchObject({ status: 403 });
    await revokeSession({ ctx: boss, input: { id: session } });
    const { rows } = await db.owner.query("select revoked_at is not null as ended from console.staff_session where id = $1", [
      session,
    ]);
    expect(rows).toEqual([{ ended: true }]);
  });
});

it("an export of the log needs the permission to read it, and leaves no entry where it is refused", async () => {
  const nobody: Ctx = { ...boss, actor: { kind: "anonymous", id: null, name: "nobody", email: null, role: "ANONYMOUS" } };
  const count = async () => (await db.owner.query("select 1 from audit.entry where action = 'audit.export'")).rowCount;
  const before = await count();
  await expect(exportLog(nobody, "", "csv", (cells) => cells.join(",")).next()).rejects.toMatchObject({ status: 403 });
  expect(await count()).toBe(before);
});
