import fs from "node:fs";
import path from "node:path";
import type { KeyObject } from "node:crypto";
import { openNote, readCheckpoint, signatureHint, type Checkpoint } from "./note.ts";

const BETWEEN = "\n====\n";

/** Every signed head, one after the other, never rewritten. On stable storage before anyone is told of it. */
export function appendAnchor(file: string, note: string): void {
  // At a first run of a collector by itself nobody has made the data directory.
  fs.mkdirSync(path.dirname(file), { recursive: true });
  const out = fs.openSync(file, "a+", 0o600);
  try {
    // A crash may have left a piece of a note behind: it is closed, so that it does not spoil this one.
    const { size } = fs.fstatSync(out);
    const tail = Buffer.alloc(Math.min(BETWEEN.length, size));
    fs.readSync(out, tail, 0, tail.length, size - tail.length);
    fs.writeSync(out, `${size > 0 && tail.toString("latin1") !== BETWEEN ? BETWEEN : ""}${note}${BETWEEN}`);
    fs.fsyncSync(out);
  } finally {
    fs.closeSync(out);
  }
}

export type Anchored = { checkpoint: Checkpoint; note: string };
export type Epoch = { fromSize: number; toSize: number; reason: string; by: string; at: string };

const EPOCH = "invigil.local/audit/epoch";

/** A note has no control characters but its line ends. */
const oneLine = (text: string) => text.replaceAll(/[\p{Cc}\p{Surrogate}\ufffd]/gu, " ");

export const epochText = (epoch: Epoch) =>
  `${EPOCH}\n${epoch.fromSize} ${epoch.toSize}\n${epoch.at}\n${oneLine(epoch.by)}\n${oneLine(epoch.reason)}\n`;

export function readEpoch(text: string): Epoch | null {
  const [kind, sizes = "", at = "", by = "", reason = ""] = text.split("\n");
  const match = /^(\d+) (\d+)$/.exec(sizes);
  return kind === EPOCH && match ? { fromSize: Number(match[1]), toSize: Number(match[2]), at, by, reason } : null;
}

const TAIL = 16_384;

/** The newest head that is anchored, from the end of the file: it grows by a head a second. */
export function newestAnchored(file: string, name: string, publicKey: KeyObject): Checkpoint | null {
  if (!fs.existsSync(file)) return null;
  const handle = fs.openSync(file, "r");
  try {
    const { size } = fs.fstatSync(handle);
    const bytes = Buffer.alloc(Math.min(TAIL, size));
    fs.readSync(handle, bytes, 0, bytes.length, size - bytes.length);
    for (const note of bytes.toString("utf8").split(BETWEEN).toReversed()) {
      const opened = openNote(note, name, publicKey);
      if (opened && readEpoch(opened)) return null;
      const checkpoint = opened ? readCheckpoint(opened) : null;
      if (checkpoint) return checkpoint;
    }
    return null;
  } finally {
    fs.closeSync(handle);
  }
}

/** The heads that hold today, and what was read on the way. */
export type Anchor = { heads: Anchored[]; epochs: Epoch[]; foreign: number };

/**
 * The heads that hold today: an epoch says that those after a restore's point hold no more. There is one for every moment in
 * which something happened, so a head is only taken for signed here by the name of its key; whoever accuses a log by it looks at
 * the signature (`signedBy`). A head that agrees with the log needs none. Notes of another key are counted; a note that a crash
 * cut off before its signature was never promised to anyone, and one that is being written is not there yet.
 */
export function readAnchor(file: string, name: string, publicKey: KeyObject): Anchor {
  const text = fs.existsSync(file) ? fs.readFileSync(file, "utf8") : "";
  const ours = signatureHint(name, publicKey);
  let heads: Anchored[] = [];
  const epochs: Epoch[] = [];
  let foreign = 0;
  for (const note of text.split(BETWEEN).slice(0, -1)) {
    const claim = ours(note);
    if (claim === "unsigned") continue;
    const epoch = claim === "ours" ? readEpoch(note) : null;
    const checkpoint = claim === "ours" && !epoch ? readCheckpoint(note) : null;
    if (epoch && openNote(note, name, publicKey)) {
      epochs.push(epoch);
      heads = heads.filter((head) => head.checkpoint.size <= epoch.toSize);
    } else if (checkpoint) heads.push({ checkpoint, note });
    else foreign++;
  }
  return { heads, epochs, foreign };
}

export const signedBy =
  (name: string, publicKey: KeyObject) =>
  ({ note }: Anchored): boolean =>
    openNote(note, name, publicKey) !== null;

/** The head of the most entries. Two collectors that follow each other may append theirs in either order. */
export function furthest(heads: readonly Anchored[], signed: (head: Anchored) => boolean): Checkpoint | null {
  const inOrder = [...heads].sort((a, b) => b.checkpoint.size - a.checkpoint.size);
  return inOrder.find(signed)?.checkpoint ?? null;
}
