import { createPrivateKey, type KeyObject } from "node:crypto";

const SEED = /^[A-Za-z0-9+/_-]{43}=?$/;
/** What stands before the seed in the standard form of an Ed25519 key. */
const PKCS8 = Buffer.from("302e020100300506032b657004220420", "hex");

/** What the audit log is signed with: an Ed25519 key in PEM, or the 32 bytes of its seed in base64; null is neither. */
export function readSigningKey(text: string): KeyObject | null {
  if (!text.includes("BEGIN"))
    return SEED.test(text)
      ? createPrivateKey({ key: Buffer.concat([PKCS8, Buffer.from(text, "base64")]), format: "der", type: "pkcs8" })
      : null;
  try {
    const key = createPrivateKey(text.replaceAll("\\n", "\n"));
    return key.asymmetricKeyType === "ed25519" ? key : null;
  } catch {
    return null;
  }
}
