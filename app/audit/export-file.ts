import { createHash } from "node:crypto";
import { entryBytes, fromJson, type EntryJson } from "./entry-bytes.ts";
import { checkInclusion, leafHash } from "./merkle.ts";
import { openNote, readCheckpoint, readVerifierKey } from "./note.ts";

/** An export carries what its check needs: the signed head, the key, and for each entry its path to the root. */
export type ExportHead = { invigil: "audit-export-v1"; checkpoint: string; key: string };
export type ExportLine = { index: number; entry: EntryJson; content: { salt: string; body: string } | null; proof: string[] };

export type FileFinding = { line: number; index: number | null; says: string };

/** Without a database and without us: only the file, and the key's fingerprint that the reader knows from elsewhere. */
export function verifyExport(
  lines: Iterable<string>,
  trustedKey?: string,
): { ok: boolean; checked: number; findings: FileFinding[]; size: number } {
  const findings: FileFinding[] = [];
  let head: { size: number; root: Buffer } | null = null;
  let number = 0;
  let checked = 0;
  for (const text of lines) {
    number++;
    if (text.trim() === "") continue;
    if (number === 1) {
      const first = parse<ExportHead>(text);
      const key = first && readVerifierKey(trustedKey ?? first.key);
      const opened = first && key ? openNote(first.checkpoint, key.name, key.key) : null;
      head = opened ? readCheckpoint(opened) : null;
      if (!head)
        return {
          ok: false,
          checked: 0,
          size: 0,
          findings: [{ line: 1, index: null, says: "the first line carries no head that is signed by this key" }],
        };
      continue;
    }
    const line = parse<ExportLine>(text);
    if (!line || !head) {
      findings.push({ line: number, index: null, says: "this line can't be read" });
      continue;
    }
    checked++;
    const entry = fromJson(line.entry);
    const proof = line.proof.map((hash) => Buffer.from(hash, "base64"));
    if (!checkInclusion(leafHash(entryBytes(entry)), line.index, head.size, proof, head.root))
      findings.push({ line: number, index: line.index, says: "this entry is not the one in the signed log" });
    else if (
      line.content &&
      !createHash("sha256")
        .update(Buffer.from(line.content.salt, "base64"))
        .update(line.content.body, "utf8")
        .digest()
        .equals(entry.commitment)
    ) {
      findings.push({ line: number, index: line.index, says: "its content is not what the entry commits to" });
    }
  }
  if (!head) findings.push({ line: 1, index: null, says: "the file is empty" });
  return { ok: findings.length === 0, checked, size: head?.size ?? 0, findings };
}

function parse<T>(text: string): T | null {
  try {
    return JSON.parse(text) as T;
  } catch {
    return null;
  }
}
