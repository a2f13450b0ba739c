import { randomBytes } from "node:crypto";

let ahead = Buffer.alloc(0);

/** From the system's generator, which is asked for many at once: its answer of 16 takes as long as one of thousands. */
export function someRandomBytes(count: number): Buffer {
  if (ahead.length < count) ahead = randomBytes(Math.max(4096, count));
  const bytes = ahead.subarray(0, count);
  // What was given out is given to nobody else.
  ahead = ahead.subarray(count);
  return bytes;
}

/** UUIDv7: time-ordered, so that an index on ids also serves "newest first". */
export function newId(now: number = Date.now()): string {
  const bytes = someRandomBytes(16);
  bytes.writeUIntBE(now, 0, 6);
  bytes[6] = (bytes[6]! & 0x0f) | 0x70;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = bytes.toString("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

export { isUuid } from "./uuid.ts";

/** A secret that is shown once and kept only as a hash. */
export function newToken(bytes = 32): string {
  return randomBytes(bytes).toString("base64url");
}
