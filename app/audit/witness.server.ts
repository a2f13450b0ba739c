import fs from "node:fs";
import type { Queryable } from "~/db/query.ts";
import { rows } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { z } from "zod";
import { appendAnchor, furthest, newestAnchored, readAnchor, readEpoch, signedBy } from "./anchor.server.ts";
import type { SigningKey } from "./keys.server.ts";
import { checkConsistency, consistencyProof } from "./merkle.ts";
import { NotContinued } from "./not-continued.ts";
import { openNote, readCheckpoint, type Checkpoint } from "./note.ts";
import { latestCheckpoint, storedNodes } from "./tree.server.ts";

type Key = Pick<SigningKey, "name" | "publicKey">;
export type Witness = { look(on: Queryable): Promise<boolean> };

/**
 * Keeps this machine's anchor up with a log that another machine sequences: the newest head, once it is shown to continue the
 * newest one here. A head that does not is refused and said, never anchored. Declared restores come from the database, where
 * they are signed too.
 */
export function createWitness(key: Key, anchor: string): Witness {
  const signed = signedBy(key.name, key.publicKey);
  let known: Checkpoint | null | undefined;

  /** Declared after this file last took a head: an older one, that a superuser brings back, says nothing of what came later. */
  const takeEpochs = async (on: Queryable): Promise<void> => {
    const lastHead = fs.existsSync(anchor) ? fs.statSync(anchor).mtime : new Date(0);
    const here = new Set(readAnchor(anchor, key.name, key.publicKey).epochs.map((epoch) => JSON.stringify(epoch)));
    const declared = await rows(on, sql`select note from audit.epoch order by at`, z.object({ note: z.string() }));
    for (const { note } of declared) {
      const text = openNote(note, key.name, key.publicKey);
      const epoch = text ? readEpoch(text) : null;
      if (epoch && new Date(epoch.at) > lastHead && !here.has(JSON.stringify(epoch))) appendAnchor(anchor, note);
    }
  };
  const newest = () => furthest(readAnchor(anchor, key.name, key.publicKey).heads, signed);

  const continues = async (on: Queryable, from: Checkpoint, to: Checkpoint): Promise<boolean> =>
    to.size >= from.size &&
    checkConsistency(from.size, to.size, from.root, to.root, await consistencyProof(storedNodes(on), from.size, to.size));

  return {
    async look(on) {
      const stored = await latestCheckpoint(on);
      if (!stored || (known && stored.size === known.size)) return false;
      const text = openNote(stored.note, key.name, key.publicKey);
      const head = text ? readCheckpoint(text) : null;
      if (!head) throw new NotContinued("the newest head of the log is not signed by this key: it is not anchored here");
      known ??= newest();
      if (known && !(await continues(on, known, head))) {
        await takeEpochs(on);
        known = newest();
        if (known && !(await continues(on, known, head)))
          throw new NotContinued(
            `the log's head for ${head.size} entries does not continue the one for ${known.size} that is anchored here: run npx invigil audit verify`,
          );
      }
      // The collector that works may be on this very machine, with this very file.
      const last = newestAnchored(anchor, key.name, key.publicKey);
      if (!last || last.size < head.size) appendAnchor(anchor, stored.note);
      known = head;
      return true;
    },
  };
}
