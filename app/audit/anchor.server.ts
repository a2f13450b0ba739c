import fs from "node:fs";
import type { KeyObject } from "node:crypto";
import { openNote, readCheckpoint, type Checkpoint } from "./note.ts";

const BETWEEN = "\n====\n";

/** Every signed head, one after the other, never rewritten. On stable storage before anybody is told of it. */
export function appendAnchor(file: string, note: string): void {
  const out = fs.openSync(file, "a", 0o600);
  try {
    fs.writeSync(out, note + BETWEEN);
    fs.fsyncSync(out);
  } finally {
    fs.closeSync(out);
  }
}

export type Anchored = { checkpoint: Checkpoint; note: string };
export type Epoch = { fromSize: number; toSize: number; reason: string; by: string; at: string };

const EPOCH = "invigil.local/audit/epoch";

export const epochText = (epoch: Epoch) =>
  `${EPOCH}\n${epoch.fromSize} ${epoch.toSize}\n${epoch.at}\n${epoch.by.replaceAll("\n", " ")}\n${epoch.reason.replaceAll("\n", " ")}\n`;

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

/** The heads that hold today: an epoch says that those after a restore's point hold no more. Notes of another key are named. */
export function readAnchor(
  file: string,
  name: string,
  publicKey: KeyObject,
): { heads: Anchored[]; epochs: Epoch[]; foreign: number } {
  const text = fs.existsSync(file) ? fs.readFileSync(file, "utf8") : "";
  let heads: Anchored[] = [];
  const epochs: Epoch[] = [];
  let foreign = 0;
  for (const note of text.split(BETWEEN)) {
    if (note.trim() === "") continue;
    const opened = openNote(note, name, publicKey);
    const epoch = opened ? readEpoch(opened) : null;
    const checkpoint = opened && !epoch ? readCheckpoint(opened) : null;
    if (epoch) {
      epochs.push(epoch);
      heads = heads.filter((head) => head.checkpoint.size <= epoch.toSize);
    } else if (checkpoint) heads.push({ checkpoint, note });
    else foreign++;
  }
  return { heads, epochs, foreign };
}
