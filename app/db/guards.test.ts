import { Readable } from "node:stream";
import { describe, expect, it } from "vitest";
import { copyOut } from "./copy-out.server.ts";
import { readTar } from "./cluster/tar.ts";
import { sql } from "./sql.ts";

/** One file of a ustar archive, as PostgreSQL writes it. */
function archive(name: string, body: string): Buffer {
  const header = Buffer.alloc(512);
  header.write(name, 0);
  header.write("0000600\0", 100);
  header.write(body.length.toString(8).padStart(11, "0"), 124);
  header.write("        ", 148);
  header.write("0", 156);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  const content = Buffer.alloc(Math.ceil(body.length / 512) * 512);
  content.write(body);
  return Buffer.concat([header, content, Buffer.alloc(1024)]);
}

async function read(bytes: Buffer): Promise<string[]> {
  const seen: string[] = [];
  for await (const entry of readTar(Readable.from([bytes]))) {
    let text = "";
    for await (const piece of entry.body) text += piece.toString();
    seen.push(`${entry.name}: ${text}`);
  }
  return seen;
}

describe("an archive of a backup", () => {
  it("is read as it was written", async () => {
    expect(await read(archive("PG_VERSION", "18\n"))).toEqual(["PG_VERSION: 18\n"]);
  });

  it.each([
    ["a header with a byte that is wrong", (bytes: Buffer) => bytes.fill(1, 10, 11), /does not fit its checksum/],
    ["a checksum that is none", (bytes: Buffer) => bytes.fill("x", 148, 154), /does not fit its checksum/],
    ["an end inside of a header", (bytes: Buffer) => bytes.subarray(0, 300), /ends in the middle/],
    ["an end inside of a file", (bytes: Buffer) => bytes.subarray(0, 514), /ends inside PG_VERSION/],
    ["an end before the padding", (bytes: Buffer) => bytes.subarray(0, 600), /ends after PG_VERSION/],
    ["no end at all", (bytes: Buffer) => bytes.subarray(0, 1024), /ends in the middle/],
  ])("is refused with %s", async (_, damage, says) => {
    await expect(read(damage(archive("PG_VERSION", "18\n")))).rejects.toThrow(says);
  });
});

it("a COPY with parameters is refused before it is sent", () => {
  const on = { query: () => expect.unreachable("it was sent") };
  expect(() => copyOut(on as never, sql`select ${1}`, () => undefined)).toThrow(/no parameters/);
});
