import { expect, it } from "vitest";
import { changesOf, type Version } from "./changes.ts";

const version = (place: number, option: string | null, right: boolean | null = option === null ? null : false): Version => ({
  place,
  option,
  text: null,
  right,
  at: "2026-11-29T09:00:00Z",
});

it("counts changes by their direction, and the longest run of wrong-to-right ones", () => {
  const found = changesOf([
    version(1, "A"),
    version(2, "A"),
    version(3, "B"),
    version(4, "C", true),
    version(1, "B", true),
    version(2, "B", true),
    version(4, "D"),
    version(3, "C"),
    version(3, "D", true),
  ]);
  expect(found).toEqual({ versions: 9, changed: 5, wrongToRight: 3, rightToWrong: 1, wrongToWrong: 1, longestRun: 2 });
});

it("a first answer, a repeated save, and an answer that was emptied and given again are no change", () => {
  expect(changesOf([version(1, "A"), version(1, "A"), version(1, null), version(1, "A")])).toMatchObject({ changed: 0 });
  expect(changesOf([version(1, "A"), version(1, null), version(1, "B", true)])).toMatchObject({ changed: 1, wrongToRight: 1 });
});

it("says no direction while the key is closed", () => {
  expect(changesOf([version(1, "A", null), version(1, "B", null)])).toMatchObject({ changed: 1, wrongToRight: 0, longestRun: 0 });
});
