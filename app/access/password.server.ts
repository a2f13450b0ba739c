import { hash, verify } from "@node-rs/argon2";
import bcrypt from "bcryptjs";
import { singleton } from "~/platform/singleton.ts";

// OWASP's floor for argon2id: 19 MiB, two passes. The type is the library's default.
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

export const hashPassword = (password: string) => hash(password, COST);

const isBcrypt = (stored: string) => /^\$2[aby]\$/.test(stored);

/** What an unknown account is compared with, so that it takes as long as a known one. */
const decoy = () => singleton("access.decoy", () => hashPassword("a password that nobody has"));

export type PasswordCheck = { ok: boolean; upgrade: boolean };

export async function checkPassword(password: string, stored: string | null): Promise<PasswordCheck> {
  if (stored === null) {
    await verify(await decoy(), password).catch(() => false);
    return { ok: false, upgrade: false };
  }
  // The reference platforms hashed with bcrypt: verified once, then kept as argon2id.
  if (isBcrypt(stored)) return { ok: await bcrypt.compare(password, stored), upgrade: true };
  return { ok: await verify(stored, password).catch(() => false), upgrade: false };
}
