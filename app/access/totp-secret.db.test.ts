import { generate } from "otplib";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { ctxFor, everywhere, makeStaff, testDatabase } from "../../tests/database.ts";
import type { Actor, Ctx } from "~/db/ctx.ts";
import { withScope } from "~/db/scope.server.ts";
import { forget } from "~/platform/singleton.ts";
import { sealTotpSecrets, totpState } from "./staff/seal-totp.server.ts";
import { beginTotp, confirmTotp } from "./staff/security.server.ts";
import { openTotp, sealTotp } from "./totp-secret.server.ts";
import { useTotp } from "./totp.server.ts";

// Breaks when a second factor's secret can be read in the database, or when an upgrade or a rotation locks its owner out.
const db = testDatabase();
let staff: Actor & { kind: "staff" };
let ctx: Ctx;

beforeAll(() => useSecrets("the first session secret"));
beforeAll(async () => {
  staff = await makeStaff(db.owner, "SUPER_ADMIN");
  ctx = ctxFor(staff, everywhere);
});
afterEach(() => useSecrets("the first session secret"));

function useSecrets(current: string, before?: string): void {
  process.env["SESSION_SECRET"] = current;
  if (before) process.env["SESSION_SECRET_PREVIOUS"] = before;
  else delete process.env["SESSION_SECRET_PREVIOUS"];
  forget("env");
  forget("access.secret");
}

const stored = async () =>
  (await db.owner.query<{ totp_secret: string }>("select totp_secret from console.staff where id = $1", [staff.id])).rows[0]!
    .totp_secret;
const put = (secret: string) =>
  db.owner.query("update console.staff set totp_secret = $2, totp_last_step = null where id = $1", [staff.id, secret]);
const use = async (secret: string) => {
  const code = await generate({ secret });
  return withScope(ctx, (inner) => useTotp(inner, staff.id, code));
};

describe("a second factor's secret", () => {
  it("is never in the database as it is, from its set-up on, and works", async () => {
    const { secret } = await beginTotp({ ctx, input: {} });
    expect(await stored()).toMatch(/^v1:/);
    expect(await stored()).not.toContain(secret);
    await confirmTotp({ ctx: { ...ctx, session: undefined! }, input: { code: await generate({ secret }) } });
    await put(await stored());
    expect(await use(secret)).toBe(true);
    expect(await use("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")).toBe(false);
  });

  it("left plain by an earlier version still works, and is sealed by that", async () => {
    const plain = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP";
    await put(plain);
    expect(await use(plain)).toBe(true);
    expect(openTotp(staff.id, await stored())).toEqual({ secret: plain, stale: false });
  });

  it("left plain is sealed by the start, once", async () => {
    await put("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP");
    expect(await totpState(db.owner)).toEqual({ all: 1, lost: 0, stale: 1 });
    expect([await sealTotpSecrets(db.owner), await sealTotpSecrets(db.owner)]).toEqual([1, 0]);
    expect(await totpState(db.owner)).toEqual({ all: 1, lost: 0, stale: 0 });
  });

  it("opens for its own person only, and not after a change of a single byte", () => {
    const sealed = sealTotp(staff.id, "SECRET");
    expect(openTotp(crypto.randomUUID(), sealed)).toBeNull();
    const bytes = Buffer.from(sealed.slice(3), "base64url");
    for (let i = 0; i < bytes.length; i++) {
      const changed = Buffer.from(bytes);
      changed[i]! ^= 1;
      expect(openTotp(staff.id, `v1:${changed.toString("base64url")}`)).toBeNull();
    }
    expect(openTotp(staff.id, "v1:")).toBeNull();
  });

  it("survives a rotation of SESSION_SECRET that names the one before, and is reported without it", async () => {
    await put(sealTotp(staff.id, "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"));
    useSecrets("the second session secret");
    expect(await totpState(db.owner)).toEqual({ all: 1, lost: 1, stale: 0 });
    useSecrets("the second session secret", "the first session secret");
    expect(await totpState(db.owner)).toEqual({ all: 1, lost: 0, stale: 1 });
    expect(await sealTotpSecrets(db.owner)).toBe(1);
    useSecrets("the second session secret");
    expect(await use("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")).toBe(true);
  });
});
