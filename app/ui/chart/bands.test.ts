import { expect, it } from "vitest";
import { drawnBands } from "./bands.ts";

const band = (from: number, to: number | null, label = `Incident ${from}`) => ({ from, to, label });

it("stay as they are while they can be told apart, within the picture", () => {
  expect(drawnBands([band(50, null), band(-10, 20), band(15, 30)], 0, 100)).toEqual([
    { from: 0, to: 20, label: "Incident -10" },
    { from: 15, to: 30, label: "Incident 15" },
    { from: 50, to: 100, label: "Incident 50" },
  ]);
});

it("become one where many lie over each other, and leave the others alone", () => {
  const many = [band(10, 90), band(20, 30), band(40, 50), band(60, 70), band(95, 99)];
  expect(drawnBands(many, 0, 100)).toEqual([
    { from: 10, to: 90, label: "Incident 10 and 3 more" },
    { from: 95, to: 99, label: "Incident 95" },
  ]);
});

it("do not write over the whole picture", () => {
  expect(drawnBands([band(0, 1, "x".repeat(500))], 0, 10)[0]!.label).toHaveLength(48);
});
