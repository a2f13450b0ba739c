import { randomBytes } from "node:crypto";

/** Crockford's alphabet: nothing in it is read as something else. */
const LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/** Sixty bits of chance: whoever holds a number was given it, and nobody guesses another. */
export function newCertificateNumber(): string {
  const text = [...randomBytes(12)].map((byte) => LETTERS[byte % 32]).join("");
  return `IVG-${text.slice(0, 4)}-${text.slice(4, 8)}-${text.slice(8)}`;
}
