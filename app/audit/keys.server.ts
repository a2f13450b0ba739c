import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { env } from "~/platform/env.server.ts";
import { singleton } from "~/platform/singleton.ts";

export const ORIGIN = "invigil.local/audit";

export type SigningKey = { name: string; privateKey: KeyObject; publicKey: KeyObject };

function load(): KeyObject {
  const { INVIGIL_SIGNING_KEY, dataDir } = env();
  if (INVIGIL_SIGNING_KEY) {
    // A PEM, or the 32 bytes of a seed in base64.
    if (INVIGIL_SIGNING_KEY.includes("BEGIN")) return createPrivateKey(INVIGIL_SIGNING_KEY.replaceAll("\\n", "\n"));
    const seed = Buffer.from(INVIGIL_SIGNING_KEY, "base64");
    return createPrivateKey({
      key: Buffer.concat([Buffer.from("302e020100300506032b657004220420", "hex"), seed.subarray(0, 32)]),
      format: "der",
      type: "pkcs8",
    });
  }
  const file = path.join(dataDir, "audit-signing-key.pem");
  fs.mkdirSync(dataDir, { recursive: true });
  try {
    fs.writeFileSync(file, generateKeyPairSync("ed25519").privateKey.export({ format: "pem", type: "pkcs8" }), {
      mode: 0o600,
      flag: "wx",
    });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
  return createPrivateKey(fs.readFileSync(file));
}

export function signingKey(): SigningKey {
  return singleton("audit.key", () => {
    const privateKey = load();
    return { name: ORIGIN, privateKey, publicKey: createPublicKey(privateKey) };
  });
}

export { fingerprint as fingerprintOf } from "./note.ts";

/** Outside of the database: whoever rewrites the one does not reach the other. */
export const anchorFile = () => path.join(env().dataDir, "audit-anchor.txt");
