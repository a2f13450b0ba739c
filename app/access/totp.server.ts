import { randomBytes } from "node:crypto";
import { generateSecret, generateURI, verify } from "otplib";
import QRCode from "qrcode";
import { execute } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import type { TxCtx } from "~/db/ctx.ts";
import { newId } from "~/platform/ids.ts";
import { tokenHash } from "./secrets.server.ts";
import { totpSecretOf } from "./stored-secrets.server.ts";
import { openTotp, sealTotp } from "./totp-secret.server.ts";

const STEP_SECONDS = 30;

export function newTotp(email: string): { secret: string; uri: string } {
  const secret = generateSecret();
  return { secret, uri: generateURI({ issuer: "Invigil", label: email, secret }) };
}

export const qrCode = (uri: string) => QRCode.toDataURL(uri, { margin: 1, width: 192 });

/** One step of tolerance to the past and the future: phones' clocks are off by seconds, not by minutes. */
export async function totpStep(secret: string, code: string, now: Date): Promise<number | null> {
  const token = code.replaceAll(/\s/g, "");
  if (!/^\d{6}$/.test(token)) return null;
  const epoch = Math.floor(now.getTime() / 1000);
  const result = await verify({ secret, token, epoch, epochTolerance: STEP_SECONDS });
  if (!result.valid) return null;
  return Math.floor(epoch / STEP_SECONDS) + ((result as { delta?: number }).delta ?? 0);
}

/** A code counts once: the step it belongs to must be newer than the last one used, decided by the database. */
export async function useTotp(ctx: TxCtx, staffId: string, code: string): Promise<boolean> {
  const stored = await totpSecretOf(ctx.tx, staffId);
  const opened = stored ? openTotp(staffId, stored) : null;
  if (!opened) return false;
  const step = await totpStep(opened.secret, code, ctx.clock.now());
  if (step === null) return false;
  const secret = opened.stale ? sealTotp(staffId, opened.secret) : stored;
  const used = await execute(
    ctx.tx,
    sql`update console.staff
        set totp_last_step = ${step}, totp_secret = ${secret}
        where id = ${staffId} and (totp_last_step is null or totp_last_step < ${step})`,
  );
  return used === 1;
}

export async function useRecoveryCode(ctx: TxCtx, staffId: string, code: string): Promise<boolean> {
  const hash = tokenHash(code.toLowerCase().replaceAll(/[\s-]/g, ""));
  const used = await execute(
    ctx.tx,
    sql`update console.staff_recovery_code
        set used_at = ${ctx.clock.now()}
        where id = console.recovery_code_of(${staffId}::uuid, ${hash}) and used_at is null`,
  );
  return used === 1;
}

export async function newRecoveryCodes(ctx: TxCtx, staffId: string): Promise<string[]> {
  // 80 random bits: nobody finds one from its hash. Older, shorter ones count until new ones are made.
  const codes = Array.from({ length: 10 }, () => randomBytes(10).toString("hex"));
  await ctx.tx.prisma.staffRecoveryCode.deleteMany({ where: { staffId } });
  await ctx.tx.prisma.staffRecoveryCode.createMany({
    data: codes.map((code) => ({ id: newId(), staffId, codeHash: tokenHash(code) })),
  });
  return codes.map((code) => code.replaceAll(/.{5}(?=.)/g, "$&-"));
}
