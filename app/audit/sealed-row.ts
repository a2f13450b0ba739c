import { SALT_BYTES } from "./commitment.ts";
import { sha256Latin1 } from "./sha256.ts";

/**
 * One row of a verification as PostgreSQL sends it, and what is to be hashed of it, without a string being made: a million of
 * them are read in a few seconds. `entryBytes` says the same of an entry in words; a test holds the two together.
 *
 * The order of `SEALED_COLUMNS` is the order of the fields.
 */
export const SEALED_COLUMNS =
  "l.index, l.entry_id, l.hash, e.id, e.at, e.actor_kind, e.actor_id, e.session_id, e.request_id, e.action, e.resource, e.resource_id, e.college_id, e.risk, e.commitment, c.salt, c.body";
const F = {
  index: 0,
  entryId: 1,
  hash: 2,
  id: 3,
  at: 4,
  kind: 5,
  actor: 6,
  session: 7,
  request: 8,
  action: 9,
  resource: 10,
  resourceId: 11,
  college: 12,
  risk: 13,
  commitment: 14,
  salt: 15,
  body: 16,
} as const;
const FIELDS = 17;

const EPOCH_2000_US = 946_684_800_000_000n;
const DAY_MS = 86_400_000;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const DASH = 0x2d;
const ZERO = 0x30;

const HEX = Buffer.from("0123456789abcdef");
const START = Buffer.from('\0["invigil-entry-v1",');
const NULL = Buffer.from("null");

/** What can't be an entry of ours: a column that someone changed the type of, a time that is none. */
class Unreadable extends Error {}

export class SealedRow {
  private bytes: Buffer = Buffer.alloc(0);
  private readonly at = new Int32Array(FIELDS);
  private readonly size = new Int32Array(FIELDS);
  /** Reused for every row. */
  private out = Buffer.alloc(4096);
  private end = 0;
  private day = NaN;
  private readonly date = Buffer.alloc(11);

  read(bytes: Buffer, from: number): void {
    if (bytes.readInt16BE(from) !== FIELDS) throw new Error("a row of a verification has other fields than it asked for");
    this.bytes = bytes;
    let place = from + 2;
    for (let field = 0; field < FIELDS; field++) {
      const size = bytes.readInt32BE(place);
      place += 4;
      this.at[field] = place;
      this.size[field] = size;
      if (size > 0) place += size;
    }
  }

  private latin1(field: number): string {
    return this.bytes.toString("latin1", this.at[field]!, this.at[field]! + Math.max(0, this.size[field]!));
  }

  get index(): number {
    return Number(this.bytes.readBigInt64BE(this.at[F.index]));
  }
  get entryId(): string {
    const hex = this.bytes.toString("hex", this.at[F.entryId]!, this.at[F.entryId]! + 16);
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
  }
  get leaf(): string {
    return this.latin1(F.hash);
  }
  get hasEntry(): boolean {
    return this.size[F.id]! >= 0;
  }
  get hasContent(): boolean {
    return this.size[F.salt]! >= 0 && this.size[F.body]! >= 0;
  }

  isLeaf(made: string): boolean {
    return this.latin1(F.hash) === made;
  }

  /** SHA-256(salt ‖ body) is what the entry commits to. */
  contentHolds(): boolean {
    const salt = this.size[F.salt]!;
    if (salt !== SALT_BYTES) return false;
    const size = salt + this.size[F.body]!;
    this.room(size);
    this.bytes.copy(this.out, 0, this.at[F.salt], this.at[F.salt]! + salt);
    this.bytes.copy(this.out, salt, this.at[F.body], this.at[F.body]! + this.size[F.body]!);
    return sha256Latin1(this.out.subarray(0, size)) === this.latin1(F.commitment);
  }

  /** SHA-256(00 ‖ the bytes of the entry); as Latin-1; null when this can't be an entry of ours. */
  leafHash(): string | null {
    try {
      return sha256Latin1(this.entry());
    } catch (error) {
      if (error instanceof Unreadable) return null;
      throw error;
    }
  }

  private entry(): Buffer {
    // Each byte of text becomes six at most, in an escape.
    this.room(
      1024 +
        6 *
          (this.size[F.kind]! +
            this.size[F.request]! +
            this.size[F.action]! +
            this.size[F.resource]! +
            Math.max(0, this.size[F.resourceId]!)) +
        2 * Math.max(0, this.size[F.commitment]!),
    );
    START.copy(this.out);
    this.end = START.length;
    this.uuid(F.id);
    this.time();
    this.text(F.kind);
    this.uuid(F.actor);
    this.uuid(F.session);
    for (const field of [F.request, F.action, F.resource, F.resourceId]) this.text(field);
    this.uuid(F.college);
    if (this.size[F.risk] !== 2) throw new Unreadable();
    this.end += this.out.write(`${this.bytes.readInt16BE(this.at[F.risk])},"`, this.end, "latin1");
    if (this.size[F.commitment]! < 0) throw new Unreadable();
    this.end += this.out.write(
      this.bytes.toString("base64", this.at[F.commitment]!, this.at[F.commitment]! + this.size[F.commitment]!),
      this.end,
      "latin1",
    );
    this.out[this.end++] = QUOTE;
    this.out[this.end++] = 0x5d;
    return this.out.subarray(0, this.end);
  }

  private room(size: number): void {
    if (this.out.length < size) this.out = Buffer.alloc(size * 2);
  }

  private absent(field: number): boolean {
    if (this.size[field]! >= 0) return false;
    NULL.copy(this.out, this.end);
    this.end += NULL.length;
    this.out[this.end++] = COMMA;
    return true;
  }

  private uuid(field: number): void {
    if (this.absent(field)) return;
    if (this.size[field] !== 16) throw new Unreadable();
    const { bytes, out } = this;
    let to = this.end;
    const from = this.at[field]!;
    out[to++] = QUOTE;
    for (let i = 0; i < 16; i++) {
      const byte = bytes[from + i]!;
      out[to++] = HEX[byte >> 4]!;
      out[to++] = HEX[byte & 15]!;
      if (i === 3 || i === 5 || i === 7 || i === 9) out[to++] = DASH;
    }
    out[to++] = QUOTE;
    out[to++] = COMMA;
    this.end = to;
  }

  private text(field: number): void {
    if (this.absent(field)) return;
    const { bytes, out } = this;
    const from = this.at[field]!;
    const until = from + this.size[field]!;
    let to = this.end;
    out[to++] = QUOTE;
    for (let i = from; i < until; i++) {
      const byte = bytes[i]!;
      if (byte < 0x20 || byte === QUOTE || byte === BACKSLASH) return this.escaped(from, until);
      out[to++] = byte;
    }
    out[to++] = QUOTE;
    out[to++] = COMMA;
    this.end = to;
  }

  private escaped(from: number, until: number): void {
    this.end += this.out.write(`${JSON.stringify(this.bytes.toString("utf8", from, until))},`, this.end, "utf8");
  }

  /** "2026-11-20T08:15:00.123Z"; the day is kept from the row before, which is nearly always the same. */
  private time(): void {
    if (this.size[F.at] !== 8) throw new Unreadable();
    const us = this.bytes.readBigInt64BE(this.at[F.at]) + EPOCH_2000_US;
    if (us % 1000n !== 0n) throw new Unreadable();
    const ms = Number(us / 1000n);
    const day = Math.floor(ms / DAY_MS);
    if (day !== this.day) {
      const date = new Date(ms);
      if (Number.isNaN(date.getTime()) || date.getUTCFullYear() < 0 || date.getUTCFullYear() > 9999) throw new Unreadable();
      this.date.write(date.toISOString().slice(0, 11), "latin1");
      this.day = day;
    }
    const { out } = this;
    out[this.end++] = QUOTE;
    this.date.copy(out, this.end);
    this.end += 11;
    const rest = ms - day * DAY_MS;
    this.digits(Math.floor(rest / 3_600_000), 2, COLON);
    this.digits(Math.floor(rest / 60_000) % 60, 2, COLON);
    this.digits(Math.floor(rest / 1000) % 60, 2, 0x2e);
    this.digits(rest % 1000, 3, 0x5a);
    out[this.end++] = QUOTE;
    out[this.end++] = COMMA;
  }

  private digits(value: number, width: number, then: number): void {
    for (let place = width - 1, left = value; place >= 0; place--) {
      this.out[this.end + place] = ZERO + (left % 10);
      left = Math.floor(left / 10);
    }
    this.end += width;
    this.out[this.end++] = then;
  }
}
