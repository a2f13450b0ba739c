import { createHash } from "node:crypto";
import type { Queryable } from "~/db/query.ts";
import { one, rows } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { z } from "zod";
import { readAnchor, type Epoch } from "./anchor.server.ts";
import { entryBytes } from "./entry-bytes.ts";
import type { SigningKey } from "./keys.server.ts";
import { Frontier, leafHash } from "./merkle.ts";
import { openNote, readCheckpoint } from "./note.ts";
import { entryRow } from "./sequence.server.ts";

/** `cut`: the log ends before its anchor, which a declared restore explains and nothing else. */
export type Finding = { index: number | null; entry: string | null; says: string; cut?: true };
export type Verification = {
  ok: boolean;
  size: number;
  checked: number;
  erased: number;
  anchors: number;
  /** Restores that were declared, oldest first. */
  epochs: Epoch[];
  findings: Finding[];
};

const BATCH = 10_000;
const ENOUGH = 20;

const leafRow = z.object({
  index: z.number(),
  entry_id: z.string(),
  hash: z.instanceof(Buffer),
  found: entryRow.nullable(),
  salt: z.instanceof(Buffer).nullable(),
  body: z.string().nullable(),
});

type Progress = (done: number, total: number) => Promise<void>;

/** Lends a transaction that sees one moment (repeatable read). */
export type Snapshot = <T>(run: (on: Queryable) => Promise<T>) => Promise<T>;

/**
 * Reads the whole log and believes nothing of it: every leaf is made again from its entry, every commitment from its
 * content, the tree from the leaves; and every head that was anchored outside must be one of this tree.
 *
 * The anchor is read first, the moment of the database comes after: a head is anchored after its commit, so every head that
 * was read is in what the snapshot sees, however busy the sequencer is. What is anchored later is the next verification's.
 */
export async function verifyLog(
  snapshot: Snapshot,
  key: Pick<SigningKey, "name" | "publicKey">,
  anchor: string,
  progress?: Progress,
): Promise<Verification> {
  const anchored = readAnchor(anchor, key.name, key.publicKey);
  return snapshot(async (on) => {
    const level = await one(on, sql`select current_setting('transaction_isolation') as is`, z.object({ is: z.string() }));
    if (level?.is !== "repeatable read" && level?.is !== "serializable")
      throw new Error("a log is verified as of one moment, and this transaction has several");
    return verifyMoment(on, key, anchored, progress);
  });
}

async function verifyMoment(
  on: Queryable,
  key: Pick<SigningKey, "name" | "publicKey">,
  { heads, epochs, foreign }: ReturnType<typeof readAnchor>,
  progress?: Progress,
): Promise<Verification> {
  const findings: Finding[] = [];
  const add = (index: number | null, entry: string | null, says: string) => {
    if (findings.length < ENOUGH) findings.push({ index, entry, says });
  };
  if (foreign > 0) add(null, null, `${foreign} anchored heads are not signed by this key`);
  const total = (await one(
    on,
    sql`select count(*)::int as n, coalesce(max(index), -1)::bigint as last from audit.leaf`,
    z.object({ n: z.number(), last: z.number() }),
  ))!;
  const bySize = new Map(heads.map((head) => [head.checkpoint.size, head.checkpoint]));
  const frontier = new Frontier();
  let expected = 0;
  let erased = 0;
  let agreed = 0;
  let lastGood = 0;

  for (let from = 0; from <= total.last; from += BATCH) {
    const batch = await rows(
      on,
      sql`select l.index, l.entry_id, l.hash,
            case when e.id is null then null else jsonb_build_object('id', e.id) end as marker,
            e.id, e.at, e.actor_kind, e.actor_id, e.session_id, e.request_id, e.action, e.resource, e.resource_id, e.college_id, e.risk, e.commitment, c.salt, c.body
          from audit.leaf l left join audit.entry e on e.at = l.at and e.id = l.entry_id left join audit.content c on c.at = l.at and c.entry_id = l.entry_id
          where l.index >= ${from} and l.index < ${from + BATCH} order by l.index`,
      z.record(z.string(), z.unknown()).transform((row) => leafRow.parse({ ...row, found: row["marker"] ? row : null })),
    );
    for (const leaf of batch) {
      if (leaf.index !== expected) add(expected, null, `entries ${expected} to ${leaf.index - 1} are missing from the tree`);
      expected = leaf.index + 1;
      let hash = leaf.hash;
      if (!leaf.found) add(leaf.index, leaf.entry_id, "the entry is gone");
      else {
        hash = leafHash(entryBytes(leaf.found));
        if (!hash.equals(leaf.hash)) add(leaf.index, leaf.entry_id, "the entry differs from what was sequenced");
        if (leaf.body === null || leaf.salt === null) erased++;
        else if (!createHash("sha256").update(leaf.salt).update(leaf.body, "utf8").digest().equals(leaf.found.commitment))
          add(leaf.index, leaf.entry_id, "its content differs from what the entry commits to");
      }
      frontier.append(hash);
      const head = bySize.get(frontier.size);
      if (head) {
        if (head.root.equals(frontier.root())) {
          agreed++;
          lastGood = frontier.size;
        } else if (findings.length === 0 || agreed > 0) {
          add(
            lastGood,
            null,
            `the tree differs from the head anchored at ${frontier.size}: something between entry ${lastGood} and ${frontier.size - 1} was changed, and its hashes with it`,
          );
          agreed = -1;
          bySize.clear();
        }
      }
    }
    await progress?.(expected, total.n);
  }

  const newest = heads.at(-1)?.checkpoint;
  if (newest && newest.size > frontier.size)
    findings.push({
      index: frontier.size,
      entry: null,
      says: `the log ends at ${frontier.size} entries; a head for ${newest.size} is anchored: its end was cut, or an older state was brought back`,
      cut: true,
    });
  await checkStored(on, key, frontier, add);
  const stray = await rows(
    on,
    sql`select e.id, e.at from audit.entry e where not exists (select 1 from audit.leaf l where l.entry_id = e.id) and not exists (select 1 from audit.pending p where p.entry_id = e.id) order by e.at limit 5`,
    z.object({ id: z.string(), at: z.date() }),
  );
  for (const entry of stray)
    add(
      null,
      entry.id,
      `an entry of ${entry.at.toISOString()} is in the log and in no tree: it was put there around the sequencer`,
    );
  return { ok: findings.length === 0, size: frontier.size, checked: expected, erased, anchors: heads.length, epochs, findings };
}

/** The head that the database shows must be signed by us, and be this tree's. */
async function checkStored(
  on: Queryable,
  key: Pick<SigningKey, "name" | "publicKey">,
  frontier: Frontier,
  add: (index: number | null, entry: string | null, says: string) => void,
): Promise<void> {
  const [stored] = await rows(
    on,
    sql`select size, note from audit.checkpoint order by size desc limit 1`,
    z.object({ size: z.number(), note: z.string() }),
  );
  if (!stored) {
    if (frontier.size > 0) add(null, null, "the log has entries and no signed head");
    return;
  }
  const text = openNote(stored.note, key.name, key.publicKey);
  const head = text ? readCheckpoint(text) : null;
  if (!head) add(null, null, "the newest head is not signed by this key");
  else if (head.size === frontier.size && !head.root.equals(frontier.root()))
    add(null, null, "the newest head is not the root of these entries");
  else if (head.size !== frontier.size)
    add(null, null, `the newest head is for ${head.size} entries, the tree has ${frontier.size}`);
}
