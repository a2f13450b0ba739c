import fs from "node:fs";
import path from "node:path";
import type { Readable } from "node:stream";

/** One entry of a tar stream; `body` must be read to its end before the next. */
export type TarEntry = {
  name: string;
  size: number;
  type: "file" | "directory" | "link";
  linkTo: string;
  mode: number;
  body: AsyncIterable<Buffer>;
};

const BLOCK = 512;
const text = (block: Buffer, from: number, length: number) =>
  block
    .subarray(from, from + length)
    .toString("utf8")
    .replace(/\0.*$/s, "");

class TarError extends Error {}

function checksumFits(block: Buffer): boolean {
  let sum = 0;
  for (let i = 0; i < BLOCK; i++) sum += i >= 148 && i < 156 ? 32 : block[i]!;
  return sum === Number.parseInt(text(block, 148, 8).trim(), 8);
}

/** PostgreSQL writes plain ustar: no extensions, no sparse files. Reads a stream, holds no more than a chunk of it. */
export async function* readTar(stream: Readable): AsyncGenerator<TarEntry> {
  const source = stream[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  let held: Buffer = Buffer.alloc(0);
  const more = async (): Promise<boolean> => {
    const next = await source.next();
    if (next.done) return false;
    held = held.length === 0 ? next.value : Buffer.concat([held, next.value]);
    return true;
  };
  const take = async (n: number): Promise<Buffer | null> => {
    while (held.length < n) if (!(await more())) return null;
    const out = held.subarray(0, n);
    held = held.subarray(n);
    return out;
  };
  for (;;) {
    const header = await take(BLOCK);
    if (!header) throw new TarError("the archive ends in the middle: it was truncated");
    if (header.every((byte) => byte === 0)) return;
    if (!checksumFits(header)) throw new TarError("the archive is damaged: a header does not fit its checksum");
    const prefix = text(header, 345, 155);
    const name = prefix ? `${prefix}/${text(header, 0, 100)}` : text(header, 0, 100);
    const size = Number.parseInt(text(header, 124, 12).trim() || "0", 8);
    const flag = String.fromCharCode(header[156]!);
    let left = size;
    const body = async function* (): AsyncGenerator<Buffer> {
      while (left > 0) {
        if (held.length === 0 && !(await more())) throw new TarError(`the archive ends inside ${name}: it was truncated`);
        const piece = held.subarray(0, left);
        held = held.subarray(piece.length);
        left -= piece.length;
        yield piece;
      }
      const padding = (BLOCK - (size % BLOCK)) % BLOCK;
      if (padding > 0 && !(await take(padding))) throw new TarError(`the archive ends after ${name}: it was truncated`);
    };
    const reading = body();
    yield {
      name,
      size,
      type: flag === "5" ? "directory" : flag === "2" ? "link" : "file",
      linkTo: text(header, 157, 100),
      mode: Number.parseInt(text(header, 100, 8).trim() || "600", 8),
      body: reading,
    };
    for await (const _rest of reading);
  }
}

/** Writes an archive's files below a directory; nothing may point out of it. */
export async function extractTar(stream: Readable, into: string, each?: (bytes: number) => void): Promise<void> {
  for await (const entry of readTar(stream)) {
    const at = path.resolve(into, entry.name);
    if (at !== path.resolve(into) && !at.startsWith(`${path.resolve(into)}${path.sep}`))
      throw new TarError(`${entry.name} points out of the archive`);
    if (entry.type === "directory") fs.mkdirSync(at, { recursive: true, mode: 0o700 });
    else if (entry.type === "link") fs.symlinkSync(entry.linkTo, at);
    else {
      fs.mkdirSync(path.dirname(at), { recursive: true, mode: 0o700 });
      const out = fs.openSync(at, "w", 0o600);
      try {
        for await (const piece of entry.body) fs.writeSync(out, piece);
      } finally {
        fs.closeSync(out);
      }
      each?.(entry.size);
    }
  }
}
