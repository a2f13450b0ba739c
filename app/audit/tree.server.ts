import { z } from "zod";
import { firstRow, rows, type Queryable } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import type { Nodes } from "./merkle.ts";

const bytes = z.instanceof(Buffer);

/** Someone took it out of the stored tree: verification says which, and a proof over it can't be made. */
export class NoSuchNode extends Error {}

/** The stored tree's nodes; leaves are level 0. Many are asked for at once by a proof, so they are kept for its duration. */
export function storedNodes(on: Queryable): Nodes {
  const known = new Map<string, Promise<Buffer>>();
  return (level, index) => {
    const key = `${level}/${index}`;
    const held = known.get(key);
    if (held) return held;
    const found = firstRow(
      on,
      level === 0
        ? sql`select hash from audit.leaf where index = ${index}`
        : sql`select hash from audit.node where level = ${level} and index = ${index}`,
      z.object({ hash: bytes }),
    ).then((row) => {
      if (!row) throw new NoSuchNode(`the tree has no node ${key}`);
      return row.hash;
    });
    known.set(key, found);
    return found;
  };
}

export async function treeSize(on: Queryable): Promise<number> {
  const row = await firstRow(
    on,
    sql`select coalesce(max(index) + 1, 0)::bigint as size from audit.leaf`,
    z.object({ size: z.number() }),
  );
  return row!.size;
}

export async function latestCheckpoint(on: Queryable): Promise<{ size: number; note: string; at: Date } | null> {
  const [row] = await rows(
    on,
    sql`select size, note, at from audit.checkpoint order by size desc limit 1`,
    z.object({ size: z.number(), note: z.string(), at: z.date() }),
  );
  return row ?? null;
}
