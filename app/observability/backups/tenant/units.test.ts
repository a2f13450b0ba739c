import { expect, it } from "vitest";
import { orderUnits } from "./units.ts";

it("puts what is referred to first", () => {
  const order = orderUnits(
    ["exam", "person", "class"],
    [
      { before: "class", after: "exam" },
      { before: "person", after: "exam" },
      { before: "class", after: "person" },
    ],
  );
  expect(order).toEqual([["class"], ["person"], ["exam"]]);
});

it("makes one unit of those that refer to each other in a circle, and keeps the rest apart", () => {
  const order = orderUnits(
    ["student", "teacher", "class", "course", "exam"],
    [
      { before: "course", after: "class" },
      { before: "teacher", after: "course" },
      { before: "class", after: "teacher" },
      { before: "class", after: "student" },
      { before: "student", after: "exam" },
    ],
  );
  expect(order).toEqual([["class", "course", "teacher"], ["student"], ["exam"]]);
});

it("takes a long chain, and references to what was not chosen", () => {
  const names = Array.from({ length: 20_000 }, (_, i) => `u${i}`);
  const edges = names.slice(1).map((after, i) => ({ before: names[i]!, after }));
  expect(orderUnits(names.toReversed(), [...edges, { before: "elsewhere", after: "u0" }]).flat()).toEqual(names);
});
