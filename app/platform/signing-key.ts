import { createPrivateKey } from "node:crypto";

const SEED = /^[A-Za-z0-9+/_-]{43}=?$/;

/** Whether the audit log can be signed with this: an Ed25519 key in PEM, or the 32 bytes of its seed in base64. */
export function isSigningKey(text: string): boolean {
  if (!text.includes("BEGIN")) return SEED.test(text);
  try {
    return createPrivateKey(text.replaceAll("\\n", "\n")).asymmetricKeyType === "ed25519";
  } catch {
    return false;
  }
}
