import { z } from "zod";
import type { Pool } from "~/db/pool.server.ts";
import { execute, firstRow, rows, type Queryable } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { appendAnchor, furthest, readAnchor, signedBy } from "./anchor.server.ts";
import { entryBytes, type EntryRow } from "./entry-bytes.ts";
import type { SigningKey } from "./keys.server.ts";
import { checkConsistency, consistencyProof, Frontier, leafHash } from "./merkle.ts";
import { checkpointText, openNote, readCheckpoint, signNote } from "./note.ts";
import { NotContinued } from "./not-continued.ts";
import { latestCheckpoint, NoSuchNode, storedNodes, treeSize } from "./tree.server.ts";

const entryRow = z.object({
  id: z.string(),
  at: z.date(),
  actor_kind: z.string(),
  actor_id: z.string().nullable(),
  session_id: z.string().nullable(),
  request_id: z.string(),
  action: z.string(),
  resource: z.string(),
  resource_id: z.string().nullable(),
  college_id: z.string().nullable(),
  risk: z.number(),
  commitment: z.instanceof(Buffer),
}) satisfies z.ZodType<EntryRow>;

const BATCH = 5000;
const ONE_SEQUENCER = 7_190_203;

/**
 * Takes the next from the queue, oldest transaction first. Each entry is looked up by its key (`offset 0` keeps it so): how long
 * that takes must not depend on how many there are. Nothing changes a row of the queue, and one sequencer at a time takes them
 * away, so a row's place is its name.
 */
export const taking = (most: number) => sql`
  with taken as (
    delete from audit.pending
    where ctid = any (array(select ctid from audit.pending order by xid, entry_id limit ${most}))
    returning entry_id, at, xid
  )
  select e.id, e.at, e.actor_kind, e.actor_id, e.session_id, e.request_id, e.action, e.resource, e.resource_id,
         e.college_id, e.risk, e.commitment
  from taken t
    cross join lateral (select * from audit.entry e where e.at = t.at and e.id = t.entry_id offset 0) e
  order by t.xid, e.id`;

export type Sequencer = { step(): Promise<number>; size(): number };

/** A head that was anchored and is not of this tree: someone cut the log or brought an older state back. */
function mustContinue(anchor: string, key: SigningKey, tree: Frontier): void {
  const newest = furthest(readAnchor(anchor, key.name, key.publicKey).heads, signedBy(key.name, key.publicKey));
  if (!newest || newest.size < tree.size) return;
  if (newest.size > tree.size)
    throw new NotContinued(
      `the log has ${tree.size} entries, its anchor knows ${newest.size}: nothing is sequenced until the restore is declared (npx invigil audit epoch --by NAME --reason WHY)`,
    );
  if (!newest.root.equals(tree.root()))
    throw new NotContinued(`the log of ${tree.size} entries is not the one that its anchor knows: run npx invigil audit verify`);
}

/**
 * What is stored must be what was signed last: someone may have changed a node, and the anchor of a machine that takes over may
 * not know this far. A head over a wrong node would stay wrong for ever.
 */
async function loadSigned(on: Queryable, key: SigningKey, size: number): Promise<Frontier> {
  const refuse = () => {
    throw new NotContinued("the stored tree is not the one of its newest signed head: run npx invigil audit verify");
  };
  try {
    const nodes = storedNodes(on);
    const frontier = await Frontier.load(size, nodes);
    if (size === 0) return frontier;
    const stored = await latestCheckpoint(on);
    // After a change of the key the newest head is of the one before: what it says of the tree holds all the same.
    const head = stored && readCheckpoint(openNote(stored.note, key.name, key.publicKey) ?? stored.note);
    const proof = head && head.size > 0 && head.size <= size ? await consistencyProof(nodes, head.size, size) : null;
    return head && proof && checkConsistency(head.size, size, head.root, frontier.root(), proof) ? frontier : refuse();
  } catch (error) {
    return error instanceof NoSuchNode ? refuse() : Promise.reject(error as Error);
  }
}

/**
 * Moves committed entries from the queue into the tree. One transaction takes them, gives them their indices and signs the
 * new head: a crash leaves them queued. Nothing waits for transactions that are still open; what they record comes later.
 */
export function createSequencer(pool: Pool, key: SigningKey, anchor: string, now: () => Date = () => new Date()): Sequencer {
  let frontier: Frontier | null = null;

  const step = async (): Promise<number> => {
    // Several times a second there is nothing to do: that takes one small question, not a transaction and a large plan.
    const queue = await firstRow(
      pool,
      sql`select exists (select from audit.pending) as waiting`,
      z.object({ waiting: z.boolean() }),
    );
    if (!queue!.waiting) return 0;
    const client = await pool.connect();
    try {
      await client.query("begin");
      const lock = await firstRow(
        client,
        sql`select pg_try_advisory_xact_lock(${ONE_SEQUENCER}) as mine`,
        z.object({ mine: z.boolean() }),
      );
      if (!lock!.mine) {
        await client.query("rollback");
        return 0;
      }
      const entries = await rows(client, taking(BATCH), entryRow);
      if (entries.length === 0) {
        await client.query("rollback");
        return 0;
      }
      const size = await treeSize(client);
      if (frontier?.size !== size) {
        frontier = await loadSigned(client, key, size);
        mustContinue(anchor, key, frontier);
      }
      const leaves: Buffer[] = [];
      const levels: number[] = [];
      const indices: number[] = [];
      const hashes: Buffer[] = [];
      for (const entry of entries) {
        const leaf = leafHash(entryBytes(entry));
        leaves.push(leaf);
        frontier.append(leaf, (level, index, hash) => {
          if (level === 0) return;
          levels.push(level);
          indices.push(index);
          hashes.push(hash);
        });
      }
      await execute(
        client,
        sql`insert into audit.leaf (index, entry_id, at, hash)
            select ${size}::bigint + n - 1, id, at, hash
            from unnest(
              ${entries.map((entry) => entry.id)}::uuid[], ${entries.map((entry) => entry.at)}::timestamptz[],
              ${leaves}::bytea[]
            ) with ordinality as x(id, at, hash, n)`,
      );
      await execute(
        client,
        sql`insert into audit.node (level, index, hash)
            select *
            from unnest(${levels}::smallint[], ${indices}::bigint[], ${hashes}::bytea[])`,
      );
      const note = signNote(
        checkpointText({ origin: key.name, size: frontier.size, root: frontier.root() }),
        key.name,
        key.privateKey,
      );
      await execute(
        client,
        sql`
        insert into audit.checkpoint (size, at, note)
        values (${frontier.size}, ${now()}, ${note})`,
      );
      await client.query("commit");
      // After the commit: an anchored head that the database never had would accuse it of a cut.
      appendAnchor(anchor, note);
      return entries.length;
    } catch (error) {
      frontier = null;
      await client.query("rollback").catch(() => undefined);
      throw error;
    } finally {
      client.release();
    }
  };
  return { step, size: () => frontier?.size ?? 0 };
}
