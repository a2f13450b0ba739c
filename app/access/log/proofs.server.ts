import { z } from "zod";
import { entryBytes } from "~/audit/entry-bytes.ts";
import { commits } from "~/audit/commitment.ts";
import { checkInclusion, consistencyProof, inclusionProof, leafHash } from "~/audit/merkle.ts";
import { openNote, readCheckpoint, verifierKey } from "~/audit/note.ts";
import { newestAnchored, readEpoch } from "~/audit/anchor.server.ts";
import { anchorFile, fingerprintOf, logKey } from "~/audit/keys.server.ts";
import { latestCheckpoint, NoSuchNode, storedNodes, treeSize } from "~/audit/tree.server.ts";
import { found } from "~/audit/search.server.ts";
import { firstRow, rows } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { Invalid, NotFound } from "~/platform/errors.ts";
import { read } from "../verb.server.ts";

/** The signed head as it is, with what a reader needs to judge it. */
export const head = read({
  name: "audit.head",
  permission: "audit.read",
  on: "primary",
  input: z.object({}),
  async run({ ctx }) {
    const key = logKey();
    // First: a head is anchored after its commit, so the log that is read next has it, or it was cut.
    const anchored = newestAnchored(anchorFile(), key.name, key.publicKey);
    const checkpoint = await latestCheckpoint(ctx.tx);
    const opened = checkpoint ? openNote(checkpoint.note, key.name, key.publicKey) : null;
    const pending = await firstRow(
      ctx.tx,
      sql`select count(*)::int as n, min(at) as oldest from audit.pending`,
      z.object({ n: z.number(), oldest: z.date().nullable() }),
    );
    const [verification] = await rows(
      ctx.tx,
      sql`select started_at, finished_at, size, ok, findings, anchors, by_whom
          from audit.verification
          order by finished_at desc
          limit 1`,
      z.object({
        started_at: z.date(),
        finished_at: z.date(),
        size: z.number(),
        ok: z.boolean(),
        findings: z.array(z.object({ index: z.number().nullable(), entry: z.string().nullable(), says: z.string() })),
        anchors: z.number().nullable(),
        by_whom: z.string(),
      }),
    );
    const declared = await rows(
      ctx.tx,
      sql`select note from audit.epoch order by at desc limit 20`,
      z.object({ note: z.string() }),
    );
    return {
      checkpoint,
      /** The anchor knows more entries than the log has: a restore that nobody has declared, or a cut. */
      ahead: anchored && anchored.size > (checkpoint?.size ?? 0) ? anchored.size : null,
      epochs: declared.map(({ note }) => readEpoch(openNote(note, key.name, key.publicKey) ?? "")).filter((one) => one !== null),
      root: opened ? (readCheckpoint(opened)?.root.toString("base64") ?? null) : null,
      signed: opened !== null,
      fingerprint: fingerprintOf(key.publicKey),
      verifierKey: verifierKey(key.name, key.publicKey),
      pending: pending!,
      verification: verification ?? null,
    };
  },
});

const sealed = found.extend({ commitment: z.instanceof(Buffer), salt: z.instanceof(Buffer).nullable(), index: z.number() });

const sized = (size: number) => {
  if (!Number.isSafeInteger(size) || size < 0) throw new Invalid("Not a size");
};

export const inclusion = read({
  name: "audit.inclusion",
  permission: "audit.read",
  on: "primary",
  input: z.object({ index: z.number(), size: z.number().optional() }),
  async run({ ctx, input }) {
    const size = input.size ?? (await treeSize(ctx.tx));
    sized(size);
    sized(input.index);
    if (size > (await treeSize(ctx.tx)) || input.index >= size) throw new NotFound("The tree has no such leaf");
    const nodes = storedNodes(ctx.tx);
    const leaf = await nodes(0, input.index);
    const proof = await inclusionProof(nodes, input.index, size);
    return { index: input.index, size, leaf: leaf.toString("base64"), proof: proof.map((hash) => hash.toString("base64")) };
  },
});

/** Whether an entry, as it stands there now, is the one that the signed head holds: not only its leaf, its very bytes. */
export const proveEntry = read({
  name: "audit.prove",
  permission: "audit.read",
  on: "primary",
  input: z.object({ id: z.string(), at: z.date() }),
  async run({ ctx, input }) {
    const entry = await firstRow(
      ctx.tx,
      sql`select e.id, e.at, e.actor_kind, e.actor_id, e.session_id, e.request_id, e.action, e.resource,
                 e.resource_id, e.college_id, e.risk, e.commitment, c.salt, c.body, l.index
          from audit.entry e
            join audit.leaf l on l.entry_id = e.id
            left join audit.content c on c.at = e.at and c.entry_id = e.id
          where e.at = ${input.at} and e.id = ${input.id}::uuid`,
      sealed,
    );
    if (!entry) throw new NotFound("This entry has no place in the log yet");
    const { salt, body, index, ...row } = entry;
    const key = logKey();
    const stored = await latestCheckpoint(ctx.tx);
    const opened = stored && openNote(stored.note, key.name, key.publicKey);
    const signed = opened ? readCheckpoint(opened) : null;
    // Without its nodes there is no path; the page of an entry stands nevertheless.
    const proof =
      signed && index >= 0 && index < signed.size
        ? await inclusionProof(storedNodes(ctx.tx), index, signed.size).catch((error: unknown) => {
            if (error instanceof NoSuchNode) return null;
            throw error;
          })
        : null;
    const size = signed?.size ?? 0;
    return {
      index,
      size,
      proof: proof?.map((hash) => hash.toString("base64")) ?? [],
      leaf: leafHash(entryBytes(row)).toString("base64"),
      holds: signed !== null && proof !== null && checkInclusion(leafHash(entryBytes(row)), index, size, proof, signed.root),
      contentHolds: salt === null || body === null || commits(row.commitment, salt, body),
    };
  },
});

export const consistency = read({
  name: "audit.consistency",
  permission: "audit.read",
  on: "primary",
  input: z.object({ from: z.number(), to: z.number() }),
  async run({ ctx, input }) {
    sized(input.from);
    sized(input.to);
    if (input.from < 1 || input.from > input.to || input.to > (await treeSize(ctx.tx)))
      throw new NotFound("The log has no such pair of sizes");
    const proof = await consistencyProof(storedNodes(ctx.tx), input.from, input.to);
    return { from: input.from, to: input.to, proof: proof.map((hash) => hash.toString("base64")) };
  },
});

export const ENTRIES_AT_ONCE = 10_000;

const indexed = z.object({
  index: z.number(),
  leaf: z.string(),
  id: z.string().nullable(),
  at: z.date().nullable(),
  actor_kind: z.string().nullable(),
  actor_id: z.string().nullable(),
  session_id: z.string().nullable(),
  request_id: z.string().nullable(),
  action: z.string().nullable(),
  resource: z.string().nullable(),
  resource_id: z.string().nullable(),
  college_id: z.string().nullable(),
  risk: z.number().nullable(),
  commitment: z.string().nullable(),
  salt: z.string().nullable(),
  body: z.string().nullable(),
});

/**
 * The log by index, for whoever mirrors or verifies it. Of an entry outside of the reader's tenants only the leaf is told: a hash,
 * from which nothing can be read, and with which the whole tree can still be made.
 */
export const entriesByIndex = read({
  name: "audit.entries",
  permission: "audit.verify",
  on: "primary",
  input: z.object({ from: z.number().int().min(0), to: z.number().int().min(0) }),
  async run({ ctx, input }) {
    const entries = await rows(
      ctx.tx,
      sql`select l.index, encode(l.hash, 'base64') as leaf, e.id, e.at, e.actor_kind, e.actor_id, e.session_id,
                 e.request_id, e.action, e.resource, e.resource_id, e.college_id, e.risk,
                 encode(e.commitment, 'base64') as commitment, encode(c.salt, 'base64') as salt, c.body
          from audit.leaf l
            left join audit.entry e on e.at = l.at and e.id = l.entry_id
            left join audit.content c on c.at = l.at and c.entry_id = l.entry_id
          where l.index >= ${input.from} and l.index < ${input.to}
          order by l.index`,
      indexed,
    );
    return entries.map(({ index, leaf, ...entry }) => (entry.id === null ? { index, leaf } : { index, leaf, ...entry }));
  },
});
