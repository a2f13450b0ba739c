import { createHash, type KeyObject } from "node:crypto";
import { z } from "zod";
import { commits } from "./commitment.ts";
import { entryBytes, fromJson, type EntryJson } from "./entry-bytes.ts";
import { checkInclusion, leafHash } from "./merkle.ts";
import { parsed } from "./parsed.ts";
import { openNote, readCheckpoint, readVerifierKey, signNote, type Checkpoint } from "./note.ts";

/**
 * An export carries what its check needs: the signed head and the key, for each entry its path to the root, and an end that signs
 * how many there are and every byte before it. Without the end, whoever passes the file on could leave lines out.
 */
export type ExportHead = { invigil: "audit-export-v1"; checkpoint: string; key: string };
export type ExportLine = { index: number; entry: EntryJson; content: { salt: string; body: string } | null; proof: string[] };
export type ExportEnd = { invigil: "audit-export-end-v1"; note: string };

export type FileFinding = { line: number; index: number | null; says: string };
export type FileVerification = {
  ok: boolean;
  checked: number;
  findings: FileFinding[];
  size: number;
  /** So many were found that had no place in the signed log yet. */
  waiting: number;
  /** The search found more than an export holds. */
  stopped: boolean;
};

const KIND = "invigil.local/audit/export";

/** What the end of an export says of it. Whoever signs it writes the text themselves: nothing else can be slipped to them. */
export const sealFacts = z.object({
  entries: z.coerce.number().int().min(0),
  waiting: z.coerce.number().int().min(0),
  stopped: z.enum(["yes", "no"]),
  digest: z.string().regex(/^[A-Za-z0-9+/]{43}=$/),
});
export type SealFacts = z.infer<typeof sealFacts>;

// Its second line is no bare number: nobody can take it for a head.
const sealText = ({ entries, waiting, stopped, digest }: SealFacts) =>
  `${KIND}\n${entries} entries, ${waiting} waiting${stopped === "yes" ? ", stopped" : ""}\n${digest}\n`;

export const signSeal = (facts: SealFacts, key: { name: string; privateKey: KeyObject }): string =>
  signNote(sealText(facts), key.name, key.privateKey);

/** Written as an export goes: every part passes through it on its way out. */
export class ExportSeal {
  private readonly digest = createHash("sha256");
  private entries = 0;
  /** Found, and without a place in the signed log yet: they are not in the file. */
  waiting = 0;

  add(text: string, entries: number): string {
    this.digest.update(text, "utf8");
    this.entries += entries;
    return text;
  }

  facts(stopped: boolean): SealFacts {
    return {
      entries: this.entries,
      waiting: this.waiting,
      stopped: stopped ? "yes" : "no",
      digest: this.digest.digest("base64"),
    };
  }
}

export const exportEnd = (note: string): string =>
  `${JSON.stringify({ invigil: "audit-export-end-v1", note } satisfies ExportEnd)}\n`;

const head = z.object({ invigil: z.literal("audit-export-v1"), checkpoint: z.string(), key: z.string() });
const end = z.object({ invigil: z.literal("audit-export-end-v1"), note: z.string() });
const id = z.guid().nullable();
const line = z.strictObject({
  index: z.number().int().min(0),
  entry: z.strictObject({
    id: z.guid(),
    at: z.iso.datetime({ precision: 3 }),
    actor_kind: z.string(),
    actor_id: id,
    session_id: id,
    request_id: z.string(),
    action: z.string(),
    resource: z.string(),
    resource_id: z.string().nullable(),
    college_id: id,
    risk: z.number().int(),
    commitment: z.string(),
  }),
  content: z.strictObject({ salt: z.string(), body: z.string() }).nullable(),
  proof: z.array(z.string()),
}) satisfies z.ZodType<ExportLine>;

/** Without a database and without us: only the file, and the key that the reader has from elsewhere. A line at a time. */
export class ExportCheck {
  private readonly findings: FileFinding[] = [];
  private readonly digest = createHash("sha256");
  private key: ReturnType<typeof readVerifierKey> = null;
  private head: Checkpoint | null = null;
  private number = 0;
  private checked = 0;
  private ended = false;
  private stopped = false;
  private waiting = 0;

  /** The key inside of the file proves nothing: whoever forges a file puts their own there. */
  constructor(private readonly trustedKey: string) {}

  /** The bytes of a line, without its end. */
  take(bytes: Buffer): void {
    this.number++;
    if (this.ended) {
      if (bytes.length > 0) this.wrong(null, "this line stands behind the end of the export");
      return;
    }
    const read = parsed(bytes.toString("utf8"));
    if (this.number === 1) this.begin(read);
    else if (this.head) {
      const last = end.safeParse(read);
      if (last.success) return this.finish(last.data);
      this.entry(read);
    }
    this.digest.update(bytes).update("\n");
  }

  result(): FileVerification {
    if (this.number === 0) this.wrong(null, "the file is empty");
    else if (this.head && !this.ended)
      this.wrong(null, "the file has no end: its last lines were taken away, or its export broke off");
    const { findings, checked, stopped, waiting } = this;
    return { ok: findings.length === 0, checked, findings, size: this.head?.size ?? 0, waiting, stopped };
  }

  private wrong(index: number | null, says: string): void {
    this.findings.push({ line: Math.max(1, this.number), index, says });
  }

  private begin(read: unknown): void {
    const first = head.safeParse(read).data;
    this.key = readVerifierKey(this.trustedKey);
    if (first && first.key !== this.trustedKey.trim())
      return this.wrong(
        null,
        "the file names another key than the one it is checked with: it is of another log, or it was forged",
      );
    const opened = first && this.key ? openNote(first.checkpoint, this.key.name, this.key.key) : null;
    this.head = opened ? readCheckpoint(opened) : null;
    if (!this.head) this.wrong(null, "the first line carries no head that is signed by this key");
  }

  private entry(json: unknown): void {
    this.checked++;
    const read = line.safeParse(json).data;
    if (!read) return this.wrong(null, "this line is not one of an export");
    const entry = fromJson(read.entry);
    const proof = read.proof.map((hash) => Buffer.from(hash, "base64"));
    if (!checkInclusion(leafHash(entryBytes(entry)), read.index, this.head!.size, proof, this.head!.root))
      return this.wrong(read.index, "this entry is not the one in the signed log");
    if (!read.content) return;
    if (!commits(entry.commitment, Buffer.from(read.content.salt, "base64"), read.content.body))
      this.wrong(read.index, "its content is not what the entry commits to");
  }

  private finish({ note }: ExportEnd): void {
    this.ended = true;
    const [kind, count = "", digest] = (openNote(note, this.key!.name, this.key!.key) ?? "").split("\n");
    const entries = /^(\d+) entries, (\d+) waiting(, stopped)?$/.exec(count);
    if (kind !== KIND || !entries) return this.wrong(null, "the end of the export is not signed by this key");
    this.waiting = Number(entries[2]);
    this.stopped = entries[3] !== undefined;
    if (Number(entries[1]) !== this.checked)
      this.wrong(null, `${entries[1]} entries were exported, the file has ${this.checked}: lines were taken away or put in`);
    else if (digest !== this.digest.digest("base64"))
      this.wrong(null, "the file is not, byte for byte, the one that was exported");
  }
}
