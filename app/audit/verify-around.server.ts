import { z } from "zod";
import type { Queryable } from "~/db/query.ts";
import { firstRow, rows } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { parsed } from "./parsed.ts";
import { openNote, readCheckpoint } from "./note.ts";
import type { Key } from "./verify.server.ts";
import type { Add, Progression } from "./verify-range.ts";

/** What is in the log and in no tree. Counting is quick; only when it does not come out even are they looked for by name. */
export async function findStray(on: Queryable, log: Progression, add: Add): Promise<void> {
  const counted = await firstRow(
    on,
    sql`select (select count(*) from audit.entry)::float8 as entries,
               (
                 select count(*)
                 from audit.pending p
                 where exists (select 1 from audit.entry e where e.at = p.at and e.id = p.entry_id)
                   and not exists (select 1 from audit.leaf l where l.entry_id = p.entry_id)
               )::float8 as waiting`,
    z.object({ entries: z.number(), waiting: z.number() }),
  );
  const known = log.entries + counted!.waiting;
  if (counted!.entries === known) return;
  // A leaf beyond either end of the tree is none of it.
  const stray = await rows(
    on,
    sql`select e.id, e.at
        from audit.entry e
        where not exists (
          select 1
          from audit.leaf l
          where l.entry_id = e.id and l.at = e.at and l.index >= 0 and l.index < ${log.size}
        )
          and not exists (
            select 1
            from audit.pending p
            where p.entry_id = e.id and not exists (select 1 from audit.leaf l where l.entry_id = e.id)
          )
        order by e.at
        limit 5`,
    z.object({ id: z.string(), at: z.date() }),
  );
  for (const entry of stray)
    add(
      null,
      entry.id,
      `an entry of ${entry.at.toISOString()} is in the log and in no tree: it was put there around the sequencer`,
    );
  if (stray.length === 0)
    add(
      null,
      null,
      `the log has ${counted!.entries} entries, its tree and its queue have ${known}: the tables were tampered with`,
    );
}

/** The head that the database shows must be signed by us, and be this tree's. */
export async function checkStored(on: Queryable, key: Key, log: Progression, add: Add): Promise<void> {
  const [stored] = await rows(
    on,
    sql`select size, note from audit.checkpoint order by size desc limit 1`,
    z.object({ size: z.number(), note: z.string() }),
  );
  if (!stored) {
    if (log.size > 0) add(null, null, "the log has entries and no signed head");
    return;
  }
  const text = openNote(stored.note, key.name, key.publicKey);
  const head = text ? readCheckpoint(text) : null;
  if (!head) add(null, null, "the newest head is not signed by this key");
  else if (head.size !== log.size) add(null, null, `the newest head is for ${head.size} entries, the tree has ${log.size}`);
  else if (!log.root()?.equals(head.root)) add(null, null, "the newest head is not the root of these entries");
}

const erasing = z.object({ details: z.object({ entries: z.array(z.string()) }) });

/** An entry proves its content only while it is there. Where it is not, an act of erasing must say so. */
export async function checkErased(on: Queryable, log: Progression, add: Add): Promise<void> {
  if (log.erased.length === 0) return;
  const acts = await rows(
    on,
    sql`select c.body
        from audit.entry e
          join audit.content c on c.at = e.at and c.entry_id = e.id
        where e.action = 'audit.erase'`,
    z.object({ body: z.string() }),
  );
  const declared = new Set<string>();
  for (const { body } of acts)
    for (const id of erasing.safeParse(parsed(body)).data?.details.entries ?? []) declared.add(id.toLowerCase());
  for (const { index, entry } of log.erased)
    if (!declared.has(entry)) add(index, entry, "its content is gone, and no act of erasing names it");
}
