import { expect, it } from "vitest";
import { parseCsv, sampleOf } from "./import-file.ts";

it("lines keep their numbers, over quotes that span several and lines that are empty", async () => {
  const text = '\uFEFFName;Note\r\nAda;"two\nlines"\r\n\r\nBob;x\r\n';
  const parsed = await parseCsv(Buffer.from(text));
  expect(parsed.header).toEqual(["Name", "Note"]);
  expect(parsed.lines.map(({ cells }) => cells)).toEqual([
    ["Ada", "two\nlines"],
    ["Bob", "x"],
  ]);
  expect(parsed.lines.at(-1)!.line).toBe(5);
  expect(sampleOf(Buffer.from(text), 1)).toEqual(parsed.lines.slice(0, 1));
});

it("a file of four megabytes is read while others are answered", async () => {
  const row = `Student of a long name,student@n.example,${"x".repeat(60)}`;
  const file = Buffer.from(["Name,E-mail,Note", ...Array.from({ length: 40_000 }, () => row)].join("\n"));
  let longest = 0;
  let last = performance.now();
  const heartbeat = setInterval(() => {
    longest = Math.max(longest, performance.now() - last);
    last = performance.now();
  }, 5);
  const { lines } = await parseCsv(file);
  clearInterval(heartbeat);
  expect(lines).toHaveLength(40_000);
  // Checking the bytes and collecting garbage are single steps; reading the rows is not.
  expect(longest).toBeLessThan(400);
});

it("more rows than are taken are refused before all of them are read", async () => {
  const file = Buffer.from(`a,b\n${"1,2\n".repeat(4_000_000)}`);
  await expect(parseCsv(file)).rejects.toThrow(/At most 200,000 rows/);
});
