import { expect, it } from "vitest";
import { neighboursOf } from "./neighbours.ts";

const seat = (room: string, row: number, column: number) => ({ room, row, column });

it("names everybody around a seat once, in the same room only", () => {
  const square = [1, 2, 3].flatMap((row) => [1, 2, 3].map((column) => seat("A", row, column)));
  const pairs = neighboursOf([...square, seat("B", 2, 2), null]);
  expect(pairs).toHaveLength(20);
  expect(new Set(pairs.map((pair) => [...pair].sort().join())).size).toBe(20);
  expect(pairs.filter((pair) => pair.includes(4))).toHaveLength(8);
  expect(pairs.flat()).not.toContain(9);
});
