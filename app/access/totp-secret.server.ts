import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from "node:crypto";
import { env } from "~/platform/env.server.ts";
import { sessionSecret } from "./secrets.server.ts";

/**
 * A second factor's secret as the database keeps it: sealed with a key that is not in the database, for one person. Whoever
 * reads or copies the table can make no codes, and a sealed secret put into another row opens nothing.
 */
const VERSION = "v1";
const IV_BYTES = 12;
const TAG_BYTES = 16;

const keyOf = (secret: string) => Buffer.from(hkdfSync("sha256", secret, "", "invigil totp secret v1", 32));

/** The key in use first; after a rotation, the one before, so that what it sealed still opens. */
const keys = (): Buffer[] => {
  const before = env().SESSION_SECRET_PREVIOUS;
  return [sessionSecret(), ...(before ? [before] : [])].map(keyOf);
};

const isSealed = (stored: string) => stored.startsWith(`${VERSION}:`);

export function sealTotp(staffId: string, secret: string): string {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv("aes-256-gcm", keys()[0]!, iv).setAAD(Buffer.from(staffId));
  const sealed = Buffer.concat([iv, cipher.update(secret, "utf8"), cipher.final(), cipher.getAuthTag()]);
  return `${VERSION}:${sealed.toString("base64url")}`;
}

function openWith(key: Buffer, staffId: string, sealed: Buffer): string | null {
  try {
    const decipher = createDecipheriv("aes-256-gcm", key, sealed.subarray(0, IV_BYTES), { authTagLength: TAG_BYTES })
      .setAAD(Buffer.from(staffId))
      .setAuthTag(sealed.subarray(-TAG_BYTES));
    return Buffer.concat([decipher.update(sealed.subarray(IV_BYTES, -TAG_BYTES)), decipher.final()]).toString("utf8");
  } catch {
    return null;
  }
}

/** The secret, and whether it should be sealed anew (plain, or under the key before); null when no key of ours opens it. */
export function openTotp(staffId: string, stored: string): { secret: string; stale: boolean } | null {
  // Until every installation has started once with this version, some are plain.
  if (!isSealed(stored)) return { secret: stored, stale: true };
  const sealed = Buffer.from(stored.slice(VERSION.length + 1), "base64url");
  if (sealed.length <= IV_BYTES + TAG_BYTES) return null;
  for (const [index, key] of keys().entries()) {
    const secret = openWith(key, staffId, sealed);
    if (secret !== null) return { secret, stale: index > 0 };
  }
  return null;
}
