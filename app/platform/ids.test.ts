import { expect, it } from "vitest";
import { newId, someRandomBytes } from "./ids.ts";

// Breaks when bytes that were drawn ahead are given to two: two ids or two salts would be the same.
it("no byte is given out twice, whatever was asked for before", () => {
  const given = Array.from({ length: 3000 }, (_, n) => someRandomBytes([16, 16, 24, 5000][n % 4]!));
  const whole = given.map((bytes) => bytes.toString("hex"));
  expect(given.map((bytes) => bytes.length)).toEqual(given.map((_, n) => [16, 16, 24, 5000][n % 4]));
  for (const bytes of given) bytes.fill(0);
  expect(new Set(whole).size).toBe(whole.length);
  const start = whole.map((hex) => hex.slice(0, 32));
  expect(new Set(start).size).toBe(start.length);
  expect(someRandomBytes(16).equals(Buffer.alloc(16))).toBe(false);
});

it("ids are unlike each other and in the order of their time", () => {
  const ids = Array.from({ length: 20_000 }, (_, n) => newId(1_763_000_000_000 + n));
  expect(new Set(ids.map((id) => id.slice(14))).size).toBe(ids.length);
  expect(ids).toEqual([...ids].sort());
  for (const id of ids.slice(0, 100)) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});
