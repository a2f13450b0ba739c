import { createHash, createPublicKey, sign, verify, type KeyObject } from "node:crypto";

/** C2SP signed notes and tlog checkpoints: a few lines of text, and a line of signature. */
export type Checkpoint = { origin: string; size: number; root: Buffer };

const ALGORITHM_ED25519 = 1;

const rawPublicKey = (key: KeyObject) => Buffer.from(key.export({ format: "jwk" }).x ?? "", "base64url");

/** The first four bytes of SHA-256(name ‖ 0A ‖ 01 ‖ public key). */
function keyId(name: string, key: KeyObject): Buffer {
  return createHash("sha256")
    .update(name)
    .update(Buffer.from([0x0a, ALGORITHM_ED25519]))
    .update(rawPublicKey(key))
    .digest()
    .subarray(0, 4);
}

export function signNote(text: string, name: string, privateKey: KeyObject): string {
  if (!text.endsWith("\n")) throw new Error("a note ends with a line end");
  const signature = sign(null, Buffer.from(text), privateKey);
  return `${text}\n— ${name} ${Buffer.concat([keyId(name, createPublicKey(privateKey)), signature]).toString("base64")}\n`;
}

/** The signed text, when the signature is of this key; null otherwise. */
export function openNote(note: string, name: string, publicKey: KeyObject): string | null {
  const end = note.indexOf("\n\n— ");
  if (end < 0) return null;
  const text = note.slice(0, end + 1);
  for (const line of note.slice(end + 2).split("\n")) {
    const match = /^— (\S+) (\S+)$/.exec(line);
    if (match?.[1] !== name) continue;
    const bytes = Buffer.from(match[2]!, "base64");
    if (
      bytes.length === 68 &&
      bytes.subarray(0, 4).equals(keyId(name, publicKey)) &&
      verify(null, Buffer.from(text), publicKey, bytes.subarray(4))
    )
      return text;
  }
  return null;
}

/** Whose signature a note claims to carry, without the price of checking it. */
export function signatureHint(name: string, publicKey: KeyObject): (note: string) => "ours" | "another" | "unsigned" {
  const id = keyId(name, publicKey);
  return (note) => {
    const signatures = [...note.slice(Math.max(0, note.indexOf("\n\n— "))).matchAll(/\n— (\S+) (\S+)(?=\n)/g)];
    if (signatures.length === 0) return "unsigned";
    const claims = ([, by, signature]: RegExpMatchArray) =>
      by === name && Buffer.from(signature!.slice(0, 8), "base64").subarray(0, 4).equals(id);
    return signatures.some(claims) ? "ours" : "another";
  };
}

export const checkpointText = (point: Checkpoint) => `${point.origin}\n${point.size}\n${point.root.toString("base64")}\n`;

export function readCheckpoint(text: string): Checkpoint | null {
  const [origin, size, root] = text.split("\n");
  if (!origin || !/^\d+$/.test(size ?? "") || !root) return null;
  const bytes = Buffer.from(root, "base64");
  return bytes.length === 32 ? { origin, size: Number(size), root: bytes } : null;
}

/** "name+hash+base64": how C2SP writes a verifier's key. */
export function verifierKey(name: string, publicKey: KeyObject): string {
  return `${name}+${keyId(name, publicKey).toString("hex")}+${Buffer.concat([Buffer.from([ALGORITHM_ED25519]), rawPublicKey(publicKey)]).toString("base64")}`;
}

export function readVerifierKey(text: string): { name: string; key: KeyObject } | null {
  // Base64 has a plus sign of its own: only the first two of them divide.
  const [, name, encoded] = /^([^+\s]+)\+[0-9a-f]{8}\+(\S+)$/.exec(text.trim()) ?? [];
  if (!name || !encoded) return null;
  const bytes = Buffer.from(encoded, "base64");
  if (bytes.length !== 33 || bytes[0] !== ALGORITHM_ED25519) return null;
  return {
    name,
    key: createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x: bytes.subarray(1).toString("base64url") }, format: "jwk" }),
  };
}

export const fingerprint = (publicKey: KeyObject) =>
  createHash("sha256").update(rawPublicKey(publicKey)).digest("hex").match(/.{4}/g)!.slice(0, 8).join(" ");
