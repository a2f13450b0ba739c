import { z } from "zod";
import type { Queryable } from "~/db/query.ts";
import { firstRow, rows } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { plural } from "~/platform/format.ts";
import { sha256 } from "./sha256.ts";
import type { Add, Progression, RangeCheck } from "./verify-range.ts";

const bytes = z.instanceof(Buffer);

/**
 * Proofs are put together from stored nodes, and the sequencer goes on from them: they must be what the leaves make. The server
 * hashes its own, a level at a time, so that no node is sent; only where a level differs is it looked at node by node.
 */
export async function compareNodes(on: Queryable, range: RangeCheck): Promise<void> {
  if (!range.good || range.nodes.length === 0) return;
  const stored = await rows(
    on,
    sql`select l.level, d.digest
        from generate_series(1, ${range.nodes.length}::int) l(level)
          cross join lateral (
            select sha256(coalesce(string_agg(n.hash, ''::bytea order by n.index), ''::bytea)) as digest
            from audit.node n
            where n.level = l.level
              and n.index >= ${range.from}::bigint >> l.level
              and n.index < ${range.to}::bigint >> l.level
          ) d
        order by 1`,
    z.object({ level: z.number(), digest: bytes }),
  );
  for (const { level, digest } of stored) {
    const made = range.nodes[level - 1]!;
    if (!digest.equals(sha256(made))) range.strayNodes.push(await firstOther(on, range.from / 2 ** level, level, made));
  }
}

/** Which of them it is: the hashes that are `made` stand side by side, from node `from` on. */
async function firstOther(on: Queryable, from: number, level: number, made: Buffer): Promise<{ level: number; index: number }> {
  const nodes = await rows(
    on,
    sql`select index, hash
        from audit.node
        where level = ${level} and index >= ${from} and index < ${from + made.length / 32}
        order by index`,
    z.object({ index: z.number(), hash: bytes }),
  );
  const known = new Map(nodes.map((node) => [node.index, node.hash]));
  let index = from;
  while (known.get(index)?.equals(made.subarray((index - from) * 32, (index - from + 1) * 32))) index++;
  return { level, index };
}

/** The nodes above the ranges, those that are of no tree, and what was found otherwise. */
export async function checkNodes(on: Queryable, log: Progression, add: Add): Promise<void> {
  if (!log.good) return;
  const other = [...log.strayNodes];
  const above = await rows(
    on,
    sql`select n.level, n.index, n.hash
        from audit.node n
        where n.level = any(${[...new Set(log.upper.map((node) => node.level))]}::smallint[])`,
    z.object({ level: z.number(), index: z.number(), hash: bytes }),
  );
  const known = new Map(above.map((node) => [`${node.level} ${node.index}`, node.hash]));
  for (const { level, index, hash } of log.upper) if (!known.get(`${level} ${index}`)?.equals(hash)) other.push({ level, index });
  for (const { level, index } of other)
    add(null, null, `the stored tree differs from the log at node ${index} of level ${level}: its proofs don't hold`);
  if (other.length > 0) return;
  const counted = await firstRow(on, sql`select count(*)::float8 as n from audit.node`, z.object({ n: z.number() }));
  const extra = counted!.n - completeNodes(log.size);
  if (extra > 0) add(null, null, `the stored tree has ${plural(extra, "node that is", "nodes that are")} none of this log`);
}

/** A tree of n leaves has a complete node for every leaf but one in each of its complete subtrees. */
function completeNodes(leaves: number): number {
  let nodes = 0;
  for (let width = 2; width <= leaves; width *= 2) nodes += Math.floor(leaves / width);
  return nodes;
}
