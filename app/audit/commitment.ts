import { createHash } from "node:crypto";

/** Another length would let a superuser move the content into its salt: the hash over both would stay the same. */
export const SALT_BYTES = 16;

export const commitmentOf = (salt: Buffer, body: string): Buffer =>
  createHash("sha256").update(salt).update(body, "utf8").digest();

export const commits = (commitment: Buffer, salt: Buffer, body: string): boolean =>
  salt.length === SALT_BYTES && commitmentOf(salt, body).equals(commitment);
