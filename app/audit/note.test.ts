import { generateKeyPairSync } from "node:crypto";
import { describe, expect, it } from "vitest";
import { emptyRoot } from "./merkle.ts";
import { checkpointText, openNote, readCheckpoint, readVerifierKey, signNote, verifierKey } from "./note.ts";

const NAME = "test/log";
const { privateKey, publicKey } = generateKeyPairSync("ed25519");
const text = checkpointText({ origin: NAME, size: 12, root: emptyRoot() });
const note = signNote(text, NAME, privateKey);
const signature = note.slice(text.length + 1, -1);
const encoded = signature.split(" ").at(-1)!;
const another = signNote(text, "another/log", generateKeyPairSync("ed25519").privateKey).slice(text.length + 1, -1);
const opened = (hostile: string) => openNote(hostile, NAME, publicKey);

/** The same six bits at the end, with another letter: lenient readers decode both to the same bytes. */
const sameBytes = `${encoded.slice(0, -2)}${String.fromCharCode(encoded.charCodeAt(encoded.length - 2) + 1)}=`;

// Breaks when a note that Go's sumdb/note refuses is taken here: two verifiers would see two logs.
describe("a signed note", () => {
  it("opens, also beside signatures of others", () => {
    expect(opened(note)).toBe(text);
    expect(opened(`${text}\n${another}\n${signature}\n`)).toBe(text);
    expect(opened(signNote("a\n\nb\n", NAME, privateKey))).toBe("a\n\nb\n");
  });

  it.each([
    ["has no line end after its last signature", note.slice(0, -1)],
    ["has an empty line after its signatures", `${note}\n`],
    ["has text behind its signatures", `${note}more\n`],
    ["has a line among its signatures that is none", `${text}\n${signature}\nnonsense\n`],
    ["has no blank line before its signatures", `${text}${signature}\n`],
    ["has no signature", text],
    ["has a carriage return", note.replace("\n12\n", "\r\n12\n")],
    ["has a carriage return after its signature", `${text}\n${signature}\r\n`],
    ["has a tab between name and signature", `${text}\n${signature.replace(`${NAME} `, `${NAME}\t`)}\n`],
    ["has two spaces between name and signature", `${text}\n${signature.replace(`${NAME} `, `${NAME}  `)}\n`],
    ["has a hyphen for the dash", `${text}\n${signature.replace("—", "-")}\n`],
    ["has base64 without padding", `${text}\n${signature.replace(/=+$/, "")}\n`],
    [
      "has base64 of the other alphabet",
      `${text}\n${signature.replace(encoded, Buffer.from(encoded, "base64").toString("base64url"))}\n`,
    ],
    ["has base64 with a character more", `${text}\n${signature}!\n`],
    ["has base64 in another form of the same bytes", `${text}\n${signature.replace(encoded, sameBytes)}\n`],
    ["has a signature by a name with a plus sign", `${text}\n${signature}\n${another.replace("another/log", "an+other")}\n`],
    ["has a signature too short for a key's number", `${text}\n${signature}\n— short AAAA\n`],
    ["has a hundred and one signatures", `${text}\n${signature}\n${`${another}\n`.repeat(100)}`],
    ["has a first signature by our key that is false", `${text}\n${signature.replace(encoded, falsified())}\n${signature}\n`],
    ["holds bytes that are not UTF-8", Buffer.concat([Buffer.from("a\xff\n", "latin1"), Buffer.from(note)]).toString("utf8")],
    ["holds another text", note.replace("\n12\n", "\n13\n")],
    ["is longer than a million characters", `${"a\n".repeat(600_000)}${note}`],
  ])("does not open when it %s", (_name, hostile) => {
    expect(opened(hostile)).toBeNull();
  });
});

function falsified(): string {
  const bytes = Buffer.from(encoded, "base64");
  bytes[10]! ^= 1;
  return bytes.toString("base64");
}

describe("a checkpoint", () => {
  const root = emptyRoot().toString("base64");
  it("may carry further lines", () => {
    expect(readCheckpoint(`${text}extension\n`)).toMatchObject({ origin: NAME, size: 12 });
  });

  it.each([
    ["no origin", `\n12\n${root}\n`],
    ["a size with a leading zero", `${NAME}\n012\n${root}\n`],
    ["a negative size", `${NAME}\n-1\n${root}\n`],
    ["a size that no number holds", `${NAME}\n99999999999999999999\n${root}\n`],
    ["a root that is too short", `${NAME}\n12\n${root.slice(4)}\n`],
    ["a root without padding", `${NAME}\n12\n${root.replace(/=+$/, "")}\n`],
    ["no line end", `${NAME}\n12\n${root}`],
  ])("is refused with %s", (_name, hostile) => {
    expect(readCheckpoint(hostile)).toBeNull();
  });
});

describe("a verifier's key", () => {
  const key = verifierKey(NAME, publicKey);
  it("is read as it is written", () => {
    expect(readVerifierKey(`${key}\n`)?.name).toBe(NAME);
  });

  it.each([
    ["the number of another key", key.replace(/\+[0-9a-f]{8}\+/, "+00000000+")],
    ["the name of another log", key.replace(NAME, "other/log")],
    ["another algorithm", key.replace(/\+A/, "+B")],
  ])("is refused with %s", (_name, hostile) => {
    expect(hostile).not.toBe(key);
    expect(readVerifierKey(hostile)).toBeNull();
  });
});
