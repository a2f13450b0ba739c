import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { readVerifierKey, verifierKey } from "./note.ts";
import { env } from "~/platform/env.server.ts";
import { readSigningKey } from "~/platform/signing-key.ts";
import { singleton } from "~/platform/singleton.ts";

export const ORIGIN = "invigil.local/audit";

export type SigningKey = { name: string; privateKey: KeyObject; publicKey: KeyObject };

const keyFile = () => path.join(env().dataDir, "audit-signing-key.pem");

function load(): KeyObject {
  const { INVIGIL_SIGNING_KEY, dataDir } = env();
  // The environment was read already, and refused what is no key.
  if (INVIGIL_SIGNING_KEY) return readSigningKey(INVIGIL_SIGNING_KEY)!;
  const file = keyFile();
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
  if (!signsHere()) throw new Error("this process has no key that signs the log, only INVIGIL_LOG_KEY");
  return singleton("audit.key", () => {
    const privateKey = load();
    return { name: ORIGIN, privateKey, publicKey: createPublicKey(privateKey) };
  });
}

/** Where this machine has the key of a log, or null: whoever only checks a file must not make one. */
export function placeOfKey(): string | null {
  if (env().INVIGIL_SIGNING_KEY) return "INVIGIL_SIGNING_KEY";
  if (env().INVIGIL_LOG_KEY) return "INVIGIL_LOG_KEY";
  return fs.existsSync(keyFile()) ? keyFile() : null;
}

/** What the log is checked with. Whoever only reads needs no key that signs: INVIGIL_LOG_KEY, as /audit/integrity shows it. */
export function logKey(): Pick<SigningKey, "name" | "publicKey"> {
  const { INVIGIL_LOG_KEY, INVIGIL_SIGNING_KEY } = env();
  if (!INVIGIL_LOG_KEY || INVIGIL_SIGNING_KEY) return signingKey();
  return singleton("audit.log-key", () => {
    const given = readVerifierKey(INVIGIL_LOG_KEY);
    if (!given) throw new Error("INVIGIL_LOG_KEY: not a key as /audit/integrity shows it");
    return { name: given.name, publicKey: given.key };
  });
}

/** Whether this process may sign for the log. */
export const signsHere = () => !env().INVIGIL_LOG_KEY || Boolean(env().INVIGIL_SIGNING_KEY);

export const logVerifierKey = () => verifierKey(logKey().name, logKey().publicKey);

export { fingerprint as fingerprintOf } from "./note.ts";

/** Outside of the database: whoever rewrites the one does not reach the other. */
export const anchorFile = () => path.join(env().dataDir, "audit-anchor.txt");
