import { generate } from "otplib";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ctxFor, everywhere, makeStaff, testDatabase } from "../../tests/database.ts";
import type { Ctx } from "~/db/ctx.ts";
import { withScope } from "~/db/scope.server.ts";
import { SESSION } from "./cookies.server.ts";
import { logIn } from "./login.server.ts";
import { hashPassword } from "./password.server.ts";
import { findSession } from "./session.server.ts";
import { listSessions, revokeSession } from "./staff/sessions.server.ts";
import { beginTotp, changePassword, confirmTotp, removeTotp } from "./staff/security.server.ts";
import { listStaff, resetStaffPassword, updateStaff } from "./staff/staff.server.ts";
import { resetPassword } from "./staff/reset-password.server.ts";
import { stepUp, verifySecondFactor } from "./step-up.server.ts";

// Breaks when the console's own role can read a staff member's password hash, second factor or session out of a table.
const db = testDatabase();
const PASSWORD = "correct horse battery";
let app: pg.Client;

beforeAll(async () => {
  process.env["SESSION_SECRET"] = "a secret for these tests only";
  app = new pg.Client({ connectionString: db.url("app") });
  await app.connect();
});
afterAll(() => app.end());

const codeOf = (text: string) =>
  app.query(text).then(
    () => "accepted",
    (error: { code?: string }) => error.code,
  );

const SECRETS = {
  staff: ["password_hash", "totp_secret"],
  staff_session: ["token_hash"],
  staff_token: ["token_hash"],
  staff_recovery_code: ["code_hash"],
};

describe("what proves who someone is", () => {
  it("can't be read out of a table by the console's roles, nor compared, sorted or counted", async () => {
    for (const role of ["invigil_app", "invigil_platform"]) {
      await app.query(`set role ${role}`);
      for (const [table, columns] of Object.entries(SECRETS))
        for (const column of columns)
          for (const statement of [
            `select ${column} from console.${table}`,
            `select 1 from console.${table} where ${column} like 'a%'`,
            `select count(${column}) from console.${table}`,
            `select to_jsonb(t) from console.${table} t`,
            `update console.${table} set updated_at = now() returning ${column}`,
            `delete from console.${table} where ${column} = 'x'`,
            `copy console.${table} (${column}) to stdout`,
          ])
            expect([role, statement, await codeOf(statement)]).toEqual([role, statement, "42501"]);
      await app.query("reset role");
    }
  });

  it("is in no column that was forgotten: every hash and secret of the console's tables is closed", async () => {
    const { rows } = await db.owner.query<{ name: string }>(
      `select format('%I.%I', c.relname, a.attname) as name
       from pg_attribute a
       join pg_class c on c.oid = a.attrelid
       where c.relnamespace = 'console'::regnamespace
         and c.relkind = 'r'
         and a.attname ~ '(hash|secret)$'
         and (has_column_privilege('invigil_app', c.oid, a.attnum, 'select')
              or has_column_privilege('invigil_platform', c.oid, a.attnum, 'select'))`,
    );
    expect(rows).toEqual([]);
  });

  it("is lent by no function to a role that is not the console's, and every one of them looks for names in one place", async () => {
    const { rows } = await db.owner.query<{ name: string; pinned: boolean; others: boolean; reads: boolean }>(
      `select p.proname as name, p.proconfig = '{search_path=pg_catalog}' as pinned,
              has_function_privilege('invigil_app', p.oid, 'execute') as reads,
              has_function_privilege('invigil_platform_app', p.oid, 'execute')
                or has_function_privilege('invigil_observer', p.oid, 'execute') as others
       from pg_proc p
       where p.pronamespace = 'console'::regnamespace and p.prosecdef
       order by 1`,
    );
    expect(rows.map(({ name }) => name)).toEqual([
      "recovery_code_of",
      "reset_link_of",
      "session_of",
      "staff_has_password",
      "staff_password_hash",
      "staff_totp_secret",
    ]);
    for (const row of rows) expect(row).toMatchObject({ pinned: true, others: false, reads: true });
  });
});

it("signing in, a second factor, a reset and the lists go on working without sight of a secret", async () => {
  const admin = await makeStaff(db.owner, "SUPER_ADMIN");
  await db.owner.query("update console.staff set password_hash = $1 where id = $2", [await hashPassword(PASSWORD), admin.id]);
  const anonymous: Ctx = {
    ...ctxFor({ kind: "anonymous", id: null, name: "nobody", email: null, role: "ANONYMOUS" }, { kind: "tenants", ids: [] }),
    session: undefined!,
  };
  const enter = async (password = PASSWORD) => {
    const { cookies, next } = await logIn(anonymous, { email: admin.email, password, device: null });
    const token = decodeURIComponent(new RegExp(`${SESSION}=([^;]+)`).exec(cookies.join("\n"))![1]!);
    const session = (await findSession(token))!;
    return { next, ctx: { ...ctxFor(admin, everywhere), session: { id: session.id, stepUpAt: new Date(), secondFactor: true } } };
  };
  const { ctx } = await enter();
  const { secret } = await beginTotp({ ctx, input: {} });
  const codes = await confirmTotp({ ctx, input: { code: await generate({ secret }) } });
  const half = await enter();
  expect(half.next).toBe("verify");
  await verifySecondFactor(half.ctx, codes[0]!);
  await expect(verifySecondFactor(half.ctx, codes[0]!)).rejects.toThrow(/not right/);
  expect((await findSession((await stepUp(half.ctx, PASSWORD)).token))?.totp_confirmed).toBe(true);
  await removeTotp({ ctx, input: {} });

  expect((await listStaff({ ctx, input: {} })).find((one) => one.id === admin.id)).toMatchObject({ has_password: true });
  expect((await listSessions({ ctx, input: {} })).length).toBe(2);
  await revokeSession({ ctx, input: { id: half.ctx.session.id } });
  const link = await resetStaffPassword({ ctx, input: { id: admin.id } });
  const reset = { token: link.split("/").pop()!, password: "another horse battery", again: "another horse battery" };
  await resetPassword(anonymous, reset);
  await expect(resetPassword(anonymous, reset)).rejects.toThrow(/used or has expired/);
  const later = await enter("another horse battery");
  await changePassword({ ctx: later.ctx, input: { current: "another horse battery", password: PASSWORD, again: PASSWORD } });
  const input = { id: admin.id, name: "Ada", role: "SUPER_ADMIN" as const, colleges: [], active: true };
  await updateStaff({ ctx: later.ctx, input });
  const known = await withScope(later.ctx, ({ tx }) => tx.prisma.staff.findUniqueOrThrow({ where: { id: admin.id } }));
  expect(known).toMatchObject({ name: "Ada" });
  expect(known).not.toHaveProperty("passwordHash");
});
