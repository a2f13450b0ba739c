import { expect, it } from "vitest";
import { columnsAfter } from "./layout.ts";

it.each([
  [["a", "b", "c"], "show", ["a", "b", "c"]],
  [["a", "b", "c"], "up c", ["a", "c", "b"]],
  [["a", "b", "c"], "down a", ["b", "a", "c"]],
  [["a", "b", "c"], "up a", ["a", "b", "c"]],
  [["a", "b", "c"], "down c", ["a", "b", "c"]],
  [["a", "c"], "up b", ["a", "c"]],
  [["a", "a", "b"], "down a", ["b", "a"]],
])("columns %j after %s are %j", (ticked, act, next) => {
  expect(columnsAfter(ticked, act)).toEqual(next);
});
