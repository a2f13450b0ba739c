import bcrypt from "bcryptjs";
import { generate } from "otplib";
import { beforeAll, describe, expect, it } from "vitest";
import { ctxFor, everywhere, makeCollege, makeStaff, testDatabase } from "../../tests/database.ts";
import type { Ctx } from "~/db/ctx.ts";
import { withScope } from "~/db/scope.server.ts";
import { fixedClock } from "~/platform/clock.ts";
import { Conflict, Forbidden, Invalid, StepUpRequired, TooMany, Unavailable } from "~/platform/errors.ts";
import { DEVICE, SESSION } from "./cookies.server.ts";
import { logIn } from "./login.server.ts";
import { hashPassword } from "./password.server.ts";
import { ABSOLUTE_HOURS, findSession, IDLE_MINUTES } from "./session.server.ts";
import { tokenHash } from "./secrets.server.ts";
import { resetPassword } from "./staff/reset-password.server.ts";
import { beginTotp, changePassword, confirmTotp } from "./staff/security.server.ts";
import { revokeSession } from "./staff/sessions.server.ts";
import { createStaff, updateStaff } from "./staff/staff.server.ts";
import { stepUp, verifySecondFactor } from "./step-up.server.ts";
import { ACCOUNT_BURST, FREE_TRIES } from "./credential-guard.server.ts";

const db = testDatabase();
const PASSWORD = "correct horse battery";

const stranger = (address = "10.0.0.1", clock = fixedClock("2026-11-20T09:00:00Z")): Ctx => ({
  actor: { kind: "anonymous", id: null, name: "nobody", email: null, role: "ANONYMOUS" },
  scope: { kind: "tenants", ids: [] },
  clock,
  requestId: crypto.randomUUID(),
  address,
});

async function account(role: "SUPER_ADMIN" | "PROCTOR" = "PROCTOR") {
  const staff = await makeStaff(db.owner, role);
  await db.owner.query("update console.staff set password_hash = $1 where id = $2", [await hashPassword(PASSWORD), staff.id]);
  return staff;
}

const cookie = (cookies: string[], name: string) =>
  decodeURIComponent(new RegExp(`${name}=([^;]+)`).exec(cookies.join("\n"))![1]!);

beforeAll(() => {
  process.env["SESSION_SECRET"] = "a secret for these tests only";
});

describe("logging in", () => {
  it("makes a session that only its token opens, and that ends when idle, revoked or deactivated", async () => {
    const staff = await account();
    const clock = fixedClock(new Date().toISOString());
    const { cookies } = await logIn(stranger("10.1.0.1", clock), {
      email: staff.email.toUpperCase(),
      password: PASSWORD,
      device: null,
    });
    const token = cookie(cookies, SESSION);
    const session = (await findSession(token))!;
    expect(session.email).toBe(staff.email);
    const stored = await db.owner.query<{ token_hash: string }>("select token_hash from console.staff_session where id = $1", [
      session.id,
    ]);
    expect(stored.rows[0]!.token_hash).not.toContain(token);
    expect(await findSession(`${token}x`)).toBeNull();
    const seen = (ago: string) =>
      db.owner.query("update console.staff_session set last_seen_at = now() - $2::interval where id = $1", [session.id, ago]);
    await seen(`${IDLE_MINUTES + 1} minutes`);
    expect(await findSession(token)).toBeNull();
    await seen(`${IDLE_MINUTES - 1} minutes`);
    expect(await findSession(token)).not.toBeNull();
    await revokeSession({ ctx: ctxFor(staff, everywhere), input: { id: session.id } });
    expect(await findSession(token)).toBeNull();
  });

  it("judges a session by the database's clock: one of a console an hour ahead or behind lasts as long as any other", async () => {
    const staff = await account();
    for (const offset of [-3_600_000, 3_600_000]) {
      const { cookies } = await logIn(
        stranger(`10.1.1.${offset > 0 ? 1 : 2}`, fixedClock(new Date(Date.now() + offset).toISOString())),
        { email: staff.email, password: PASSWORD, device: null },
      );
      const real = Date.now;
      Date.now = () => real() + offset;
      try {
        expect(await findSession(cookie(cookies, SESSION)), `${offset} ms off`).not.toBeNull();
      } finally {
        Date.now = real;
      }
      const { rows } = await db.owner.query<{ hours: number }>(
        "select round(extract(epoch from expires_at - now()) / 3600)::int as hours from console.staff_session where token_hash = $1",
        [tokenHash(cookie(cookies, SESSION))],
      );
      expect(rows[0]!.hours).toBe(ABSOLUTE_HOURS);
    }
  });

  it("a page that asks by itself while nobody is there does not keep the session alive", async () => {
    const staff = await account();
    const open = async (address: string) =>
      cookie((await logIn(stranger(address), { email: staff.email, password: PASSWORD, device: null })).cookies, SESSION);
    const [left, used] = [await open("10.1.0.3"), await open("10.1.0.4")];
    await db.owner.query("update console.staff_session set last_seen_at = now() - interval '25 minutes' where staff_id = $1", [
      staff.id,
    ]);
    const minutesAgo = async (token: string) => {
      const { rows } = await db.owner.query<{ ago: number }>(
        "select round(extract(epoch from now() - last_seen_at) / 60)::int as ago from console.staff_session where token_hash = $1",
        [tokenHash(token)],
      );
      return rows[0]!.ago;
    };
    expect(await findSession(left, 25 * 60)).not.toBeNull();
    expect(await findSession(used, 20)).not.toBeNull();
    expect([await minutesAgo(left), await minutesAgo(used)]).toEqual([25, 0]);
  });

  it("says the same of a wrong password and an unknown account, in the same time", async () => {
    const staff = await account();
    const time = async (email: string) => {
      const started = performance.now();
      const error = await logIn(stranger("10.2.0.1"), { email, password: "wrong", device: null }).catch(
        (caught: unknown) => caught as Error,
      );
      return { ms: performance.now() - started, message: (error as Error).message };
    };
    await time("warm@up.example");
    const known: number[] = [];
    const unknown: number[] = [];
    for (let i = 0; i < 5; i++) {
      const a = await time(staff.email);
      const b = await time(`nobody${i}@test.example`);
      expect(a.message).toBe(b.message);
      known.push(a.ms);
      unknown.push(b.ms);
    }
    const median = (list: number[]) => list.sort((x, y) => x - y)[2]!;
    expect(median(unknown) / median(known)).toBeGreaterThan(0.4);
    expect(median(unknown) / median(known)).toBeLessThan(2.5);
  });

  it("a session that a new login replaces ends, whatever becomes of its cookie", async () => {
    const staff = await account();
    const clock = fixedClock(new Date().toISOString());
    const enter = (session: string | null) =>
      logIn(stranger("10.1.0.2", clock), { email: staff.email, password: PASSWORD, device: null, session });
    const old = cookie((await enter(null)).cookies, SESSION);
    const fresh = cookie((await enter(old)).cookies, SESSION);
    expect(await findSession(old)).toBeNull();
    expect((await findSession(fresh))?.email).toBe(staff.email);
  });

  it("checks twenty of two hundred parallel guesses, and the owner gets in by a known browser or from a familiar address", async () => {
    const staff = await account();
    const right = (address: string, device: string | null, at?: string) =>
      logIn(stranger(address, at ? fixedClock(at) : undefined), { email: staff.email, password: PASSWORD, device });
    const device = cookie((await right("10.3.0.1", null)).cookies, DEVICE);
    const results = await Promise.all(
      Array.from({ length: 200 }, (_, n) =>
        logIn(stranger(`10.4.${n}.1`), { email: staff.email, password: `guess ${n}`, device: null }).then(
          () => "in",
          (error: unknown) => (error instanceof TooMany ? "throttled" : error instanceof Invalid ? "checked" : "broken"),
        ),
      ),
    );
    expect(results.filter((result) => result === "checked").length).toBe(ACCOUNT_BURST);
    expect(results.filter((result) => result === "throttled").length).toBe(200 - ACCOUNT_BURST);
    await expect(right("10.5.0.1", null)).rejects.toThrow(TooMany);
    expect((await right("10.5.0.1", device)).next).toBe("home");
    expect((await right("10.3.0.1", null)).next).toBe("home");
    // A stranger can't lock anyone out for longer than a minute.
    expect((await right("10.6.0.1", null, "2026-11-20T09:01:00Z")).next).toBe("home");
  });

  it("gives whoever has an account of their own no more guesses at another's than a stranger has", async () => {
    const [insider, victim] = [await account(), await account()];
    const device = async () =>
      cookie((await logIn(stranger("10.9.0.1"), { email: insider.email, password: PASSWORD, device: null })).cookies, DEVICE);
    let checked = 0;
    for (let browser = 0; browser < 3; browser++) {
      const mine = await device();
      for (let n = 0; n < 10; n++)
        await logIn(stranger(`10.10.${browser}.${n}`), { email: victim.email, password: "guess", device: mine }).catch(
          (error: unknown) => (checked += error instanceof Invalid ? 1 : 0),
        );
    }
    expect(checked).toBe(ACCOUNT_BURST);
  });

  it("ten wrong guesses delay a new browser at the same address by less than a minute, and none elsewhere", async () => {
    const staff = await account();
    const enter = (password: string, address: string, seconds: number) =>
      logIn(stranger(address, fixedClock(new Date(Date.parse("2026-11-20T09:00:00Z") + seconds * 1000).toISOString())), {
        email: staff.email,
        password,
        device: null,
      });
    let at = 0;
    for (let wrong = 0; wrong < 10;) {
      const error = await enter("wrong", "10.11.0.1", at).catch((caught: unknown) => caught);
      if (error instanceof TooMany) at += error.retryAfterSeconds;
      else wrong++;
    }
    const refusal = await enter(PASSWORD, "10.11.0.1", at).catch((caught: unknown) => caught);
    expect(refusal).toBeInstanceOf(TooMany);
    expect((refusal as TooMany).retryAfterSeconds).toBeLessThanOrEqual(60);
    expect((await enter(PASSWORD, "10.11.0.2", at)).next).toBe("home");
    expect((await enter(PASSWORD, "10.11.0.1", at + 60)).next).toBe("home");
  });

  it("a hundred wrong logins at other accounts shut nobody out who shares the address", async () => {
    const [staff, other] = [await account(), await account()];
    const enter = (who: { email: string }, device: string | null) =>
      logIn(stranger("10.8.0.1"), { email: who.email, password: PASSWORD, device });
    const device = cookie((await enter(staff, null)).cookies, DEVICE);
    await Promise.all(
      Array.from({ length: 100 }, (_, n) =>
        logIn(stranger("10.8.0.1"), { email: `n${n}@test.example`, password: "wrong", device: null }).catch(() => null),
      ),
    );
    expect((await enter(staff, device)).next).toBe("home");
    expect((await enter(other, null)).next).toBe("home");
    // Where the address is used up, a known browser still gets in, and anyone else a second later.
    await db.owner.query("update console.login_throttle set failures = 200 where key = 'address:10.8.0.1'");
    await expect(enter(await account(), null)).rejects.toMatchObject({ retryAfterSeconds: 1 });
    expect((await enter(staff, device)).next).toBe("home");
  });

  it("takes the reference platforms' bcrypt hashes, and keeps argon2id from then on", async () => {
    const staff = await makeStaff(db.owner, "PROCTOR");
    await db.owner.query("update console.staff set password_hash = $1 where id = $2", [await bcrypt.hash(PASSWORD, 6), staff.id]);
    await logIn(stranger("10.7.0.1"), { email: staff.email, password: PASSWORD, device: null });
    const { rows } = await db.owner.query<{ password_hash: string }>("select password_hash from console.staff where id = $1", [
      staff.id,
    ]);
    expect(rows[0]!.password_hash).toMatch(/^\$argon2id\$/);
    await logIn(stranger("10.7.0.1"), { email: staff.email, password: PASSWORD, device: null });
  });
});

describe("the second factor", () => {
  it("is asked for once it is set up, takes a code once, and a recovery code once", async () => {
    const staff = await account();
    const clock = fixedClock("2026-11-20T10:00:00Z");
    const first = await logIn(stranger("10.8.0.1", clock), { email: staff.email, password: PASSWORD, device: null });
    const session = (await findSession(cookie(first.cookies, SESSION)))!;
    const ctx: Ctx = {
      ...ctxFor(staff, everywhere, clock),
      session: { id: session.id, stepUpAt: clock.now(), secondFactor: true },
    };
    const { secret } = await beginTotp({ ctx, input: {} });
    const code = (at: string) => generate({ secret, epoch: Math.floor(Date.parse(at) / 1000) });
    const codes = await confirmTotp({ ctx, input: { code: await code("2026-11-20T10:00:00Z") } });
    expect(codes.length).toBe(10);
    for (const code of codes) expect(code).toMatch(/^([0-9a-f]{5}-){3}[0-9a-f]{5}$/);

    const soon = fixedClock("2026-11-20T10:01:30Z");
    const again = await logIn(stranger("10.8.0.1", soon), { email: staff.email, password: PASSWORD, device: null });
    expect(again.next).toBe("verify");
    // A password is half of a login: the browser is not a known one yet.
    expect(again.cookies.join("\n")).not.toContain(DEVICE);
    const half = (await findSession(cookie(again.cookies, SESSION)))!;
    expect(half.second_factor).toBe(false);
    const halfCtx: Ctx = { ...ctxFor(staff, everywhere, soon), session: { id: half.id, stepUpAt: null, secondFactor: false } };
    const right = await code("2026-11-20T10:01:30Z");
    await expect(verifySecondFactor(halfCtx, "000000")).rejects.toThrow(Invalid);
    // Two who saw the same code at once: one gets in.
    const both = await Promise.allSettled([verifySecondFactor(halfCtx, right), verifySecondFactor(halfCtx, right)]);
    expect(both.filter((one) => one.status === "fulfilled").length).toBe(1);
    expect(cookie([(await verifySecondFactor(halfCtx, codes[0]!)).device], DEVICE)).toMatch(/^[0-9a-f]{20}-/);
    await expect(verifySecondFactor(halfCtx, codes[0]!)).rejects.toThrow(Invalid);
    // Whoever failed here had the password: the log knows of each.
    const log = await db.owner.query<{ action: string }>(
      "select action from audit.entry where actor_id = $1 and action like 'session.login%' and at >= $2 order by id",
      [staff.id, soon.now()],
    );
    expect(log.rows.map((row) => row.action).sort()).toEqual([
      "session.login",
      "session.login",
      "session.login_failed",
      "session.login_failed",
      "session.login_failed",
    ]);
  });

  it("a wrong proof for an act is on record too", async () => {
    const staff = await account();
    const { cookies } = await logIn(stranger("10.8.0.2"), { email: staff.email, password: PASSWORD, device: null });
    const session = (await findSession(cookie(cookies, SESSION)))!;
    const ctx: Ctx = {
      ...ctxFor(staff, everywhere, stranger().clock),
      session: { id: session.id, stepUpAt: null, secondFactor: true },
    };
    await expect(stepUp(ctx, "not this one")).rejects.toThrow(Invalid);
    await stepUp(ctx, PASSWORD);
    const log = await db.owner.query(
      "select action from audit.entry where actor_id = $1 and action like 'session.step%' order by id",
      [staff.id],
    );
    expect(log.rows).toHaveLength(2);
    expect(log.rows).toContainEqual({ action: "session.step_up_failed" });
  });

  it("a recovery code of the short kind from before still works, once", async () => {
    const staff = await account();
    const { cookies } = await logIn(stranger("10.8.0.3"), { email: staff.email, password: PASSWORD, device: null });
    const session = (await findSession(cookie(cookies, SESSION)))!;
    await db.owner.query(
      `insert into console.staff_recovery_code (id, staff_id, code_hash, updated_at)
       values (gen_random_uuid(), $1, encode(sha256('0123456789'), 'hex'), now())`,
      [staff.id],
    );
    const ctx: Ctx = {
      ...ctxFor(staff, everywhere, stranger().clock),
      session: { id: session.id, stepUpAt: null, secondFactor: false },
    };
    await verifySecondFactor(ctx, "01234-56789");
    await expect(verifySecondFactor(ctx, "01234-56789")).rejects.toThrow(Invalid);
  });

  it("guesses at a code are few a day, from however many sessions, and a known browser is not slowed by them", async () => {
    const staff = await account();
    const start = Date.parse("2026-11-20T00:00:00Z");
    const guess = (at: number, device: string | null = null) =>
      verifySecondFactor(
        {
          ...ctxFor(staff, everywhere, fixedClock(new Date(at).toISOString())),
          session: { id: crypto.randomUUID(), stepUpAt: null, secondFactor: false },
        },
        "000000",
        device,
      ).catch((error: unknown) => error);
    let checked = 0;
    for (let at = start; at < start + 86_400_000;) {
      const error = await guess(at);
      if (error instanceof TooMany) at += error.retryAfterSeconds * 1000;
      else checked++;
    }
    expect(checked).toBeLessThan(130);
    const device = cookie(
      (await logIn(stranger("10.8.0.4"), { email: staff.email, password: PASSWORD, device: null })).cookies,
      DEVICE,
    );
    expect(await guess(start + 86_300_000, device)).toBeInstanceOf(Invalid);
  });

  it("the current password and the proof of an act are one budget, and each wrong try is on record", async () => {
    const staff = await account();
    const clock = fixedClock("2026-11-20T09:00:00Z");
    const session = { id: crypto.randomUUID(), stepUpAt: null, secondFactor: true };
    const ctx: Ctx = { ...ctxFor(staff, everywhere, clock), session };
    const change = (current: string, by = ctx) =>
      changePassword({ ctx: by, input: { current, password: "a new password to keep", again: "a new password to keep" } });
    const results = await Promise.all(
      Array.from({ length: 200 }, (_, n) =>
        (n % 2 ? change(`guess ${n}`) : stepUp(ctx, `guess ${n}`)).catch((error: unknown) => error),
      ),
    );
    const checked = results.filter((result) => result instanceof Invalid).length;
    expect(checked).toBe(FREE_TRIES + 1);
    expect(results.filter((result) => result instanceof TooMany).length).toBe(200 - checked);
    await expect(change(PASSWORD)).rejects.toThrow(TooMany);
    const log = await db.owner.query("select 1 from audit.entry where actor_id = $1 and action like '%_failed'", [staff.id]);
    expect(log.rowCount).toBe(checked);
    // Another session of the same person is not slowed by this one.
    await change(PASSWORD, { ...ctx, session: { ...session, id: crypto.randomUUID() } });
  });

  it("must be fresh for what can't be undone", async () => {
    const boss = await account("SUPER_ADMIN");
    const stale: Ctx = {
      ...ctxFor(boss, everywhere),
      session: { id: crypto.randomUUID(), stepUpAt: new Date(Date.now() - 11 * 60_000), secondFactor: true },
    };
    await expect(
      createStaff({ ctx: stale, input: { email: "new@test.example", name: "New", role: "SRE", colleges: [] } }),
    ).rejects.toThrow(StepUpRequired);
  });
});

describe("staff", () => {
  it("choose their password with a link that works once, also for two at the same moment", async () => {
    const boss = await account("SUPER_ADMIN");
    const ctx = ctxFor(boss, everywhere);
    const { link } = await createStaff({ ctx, input: { email: "link@test.example", name: "Link", role: "SRE", colleges: [] } });
    const token = link.split("/").at(-1)!;
    const both = await Promise.allSettled(
      [1, 2].map(() =>
        resetPassword(stranger("10.9.0.1", ctx.clock as never), {
          token,
          password: "a long enough one",
          again: "a long enough one",
        }),
      ),
    );
    expect(both.filter((one) => one.status === "fulfilled").length).toBe(1);
    const refused = await db.owner.query("select 1 from audit.entry where action = 'staff.reset_link_refused'");
    expect(refused.rowCount).toBe(1);
  });

  it("can't guess links: one address has twenty tries, and then one a minute", async () => {
    const tries = await Promise.all(
      Array.from({ length: 60 }, (_, n) =>
        resetPassword(stranger("10.9.0.2"), {
          token: `guess-${n}`,
          password: "a long enough one",
          again: "a long enough one",
        }).catch((error: unknown) => error),
      ),
    );
    expect(tries.filter((error) => error instanceof Invalid).length).toBe(20);
    expect(tries.filter((error) => error instanceof TooMany).length).toBe(40);
  });

  it("can't be left without a super-admin, even when two demote each other at once", async () => {
    await db.owner.query("update console.staff set is_active = false where role = 'SUPER_ADMIN'");
    const a = await account("SUPER_ADMIN");
    const b = await account("SUPER_ADMIN");
    const demote = (by: typeof a, id: string) =>
      updateStaff({ ctx: ctxFor(by, everywhere), input: { id, name: "Demoted", role: "AUDITOR", colleges: [], active: true } });
    const both = await Promise.allSettled([demote(a, b.id), demote(b, a.id)]);
    expect(both.filter((one) => one.status === "fulfilled").length).toBe(1);
    expect((both.find((one) => one.status === "rejected") as PromiseRejectedResult).reason).toBeInstanceOf(Conflict);
  });

  it("are made by super-admins only", async () => {
    const proctor = await account();
    await expect(
      createStaff({
        ctx: ctxFor(proctor, everywhere),
        input: { email: "x@test.example", name: "Xx", role: "SRE", colleges: [] },
      }),
    ).rejects.toThrow(Forbidden);
  });

  it("are given no tenant that does not exist", async () => {
    const ctx = ctxFor(await account("SUPER_ADMIN"), everywhere);
    const college = await makeCollege(db.owner);
    const give = (colleges: string[]) =>
      createStaff({ ctx, input: { email: `${crypto.randomUUID()}@test.example`, name: "New", role: "PROCTOR", colleges } });
    await expect(give([college.id, crypto.randomUUID()])).rejects.toThrow("no longer exists");
    const { id } = await give([college.id, college.id]);
    const { rows } = await db.owner.query("select college_id from console.staff_assignment where staff_id = $1", [id]);
    expect(rows).toEqual([{ college_id: college.id }]);
  });
});

it("a mutation that records nothing is undone", async () => {
  const { mutation } = await import("./verb.server.ts");
  const { z } = await import("zod");
  const silent = mutation({
    name: "test.silent",
    permission: "self",
    input: z.object({}),
    run: ({ ctx }) => ctx.tx.prisma.setting.create({ data: { key: "silent", value: 1 } }),
  });
  const staff = await account();
  await expect(silent({ ctx: ctxFor(staff, everywhere), input: {} })).rejects.toThrow(/recorded nothing/);
  const left = await withScope(ctxFor(staff, everywhere), ({ tx }) => tx.prisma.setting.count({ where: { key: "silent" } }));
  expect(left).toBe(0);
});

it("a month without a place in the log is said to be that, not a wrong value", async () => {
  const staff = await account("SUPER_ADMIN");
  const link = createStaff({
    ctx: ctxFor(staff, everywhere, fixedClock("2041-05-05T09:00:00Z")),
    input: { email: "late@test.example", name: "Late", role: "SRE", colleges: [] },
  });
  await expect(link).rejects.toThrow(Unavailable);
  await expect(link).rejects.toThrow(/no partition for new entries of (entry|content)/);
});
