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

const MOST_BYTES = 1_000_000;
const MOST_SIGNATURES = 100;
/** Line ends are the only control characters of a note, and nothing of it may have been lost while it was decoded. */
const FORBIDDEN = /[^\P{Cc}\n]|\ufffd|\p{Surrogate}/u;
/** What Go calls a space, and the plus sign that divides a verifier's key. */
const NAME = /^[^\p{White_Space}+]+$/u;

/** Base64 in the one form that its bytes have; null where it is another. */
function fromBase64(text: string): Buffer | null {
  const bytes = Buffer.from(text, "base64");
  return text !== "" && bytes.toString("base64") === text ? bytes : null;
}

type Signature = { name: string; id: Buffer; bytes: Buffer };

function readSignature(line: string): Signature | null {
  const [, name, encoded] = /^— ([^ ]+) ([^ ]+)$/.exec(line) ?? [];
  const bytes = fromBase64(encoded ?? "");
  if (!name || !NAME.test(name) || !bytes || bytes.length < 5) return null;
  return { name, id: bytes.subarray(0, 4), bytes: bytes.subarray(4) };
}

/** A note as Go's sumdb/note reads it: one line that is no signature, and the whole is no note. */
function readNote(note: string): { text: string; signatures: Signature[] } | null {
  const end = note.lastIndexOf("\n\n");
  if (end < 0 || !note.endsWith("\n") || note.length > MOST_BYTES || FORBIDDEN.test(note)) return null;
  const signatures = note
    .slice(end + 2, -1)
    .split("\n")
    .map(readSignature);
  if (signatures.length > MOST_SIGNATURES || !signatures.every((signature) => signature !== null)) return null;
  return { text: note.slice(0, end + 1), signatures };
}

/** The signed text, when it is signed by this key and no signature that claims to be of this key is false; null otherwise. */
export function openNote(note: string, name: string, publicKey: KeyObject): string | null {
  const read = readNote(note);
  if (!read) return null;
  const id = keyId(name, publicKey);
  const own = read.signatures.find((signature) => signature.name === name && signature.id.equals(id));
  return own && verify(null, Buffer.from(read.text), publicKey, own.bytes) ? read.text : null;
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
  const [origin, size = "", root = "", ...more] = text.split("\n");
  if (!origin || !/^(0|[1-9]\d*)$/.test(size) || !Number.isSafeInteger(Number(size)) || more.length === 0) return null;
  const bytes = fromBase64(root);
  return bytes?.length === 32 ? { origin, size: Number(size), root: bytes } : null;
}

/** "name+hash+base64": how C2SP writes a verifier's key. */
export function verifierKey(name: string, publicKey: KeyObject): string {
  return `${name}+${keyId(name, publicKey).toString("hex")}+${Buffer.concat([Buffer.from([ALGORITHM_ED25519]), rawPublicKey(publicKey)]).toString("base64")}`;
}

export function readVerifierKey(text: string): { name: string; key: KeyObject } | null {
  // Base64 has a plus sign of its own: only the first two of them divide.
  const [, name, id, encoded] = /^([^+\s]+)\+([0-9a-f]{8})\+(\S+)$/.exec(text.trim()) ?? [];
  const bytes = fromBase64(encoded ?? "");
  if (!name || !NAME.test(name) || bytes?.length !== 33 || bytes[0] !== ALGORITHM_ED25519) return null;
  const x = bytes.subarray(1).toString("base64url");
  const key = createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x }, format: "jwk" });
  return keyId(name, key).toString("hex") === id ? { name, key } : null;
}

export const fingerprint = (publicKey: KeyObject) =>
  createHash("sha256").update(rawPublicKey(publicKey)).digest("hex").match(/.{4}/g)!.slice(0, 8).join(" ");
