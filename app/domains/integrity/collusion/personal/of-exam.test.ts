import { expect, it } from "vitest";
import { cohort, plantCopying } from "../../../../../tests/fixtures/cohort.ts";
import { personalIndices } from "./of-exam.ts";

it("are high for a planted pair from both sides, near nothing for others, and a student's fit is near a standard normal", () => {
  const made = cohort({ students: 300, items: 50, kind: "realistic", seed: 12 });
  const [group] = plantCopying(made, { groups: 1, size: 2, share: 0.8, sources: "weak", seed: 5 });
  const [source, copier] = group as [number, number];
  const others = Array.from({ length: 40 }, (_, k) => ({ a: 2 * k, b: 2 * k + 1 })).filter(
    ({ a, b }) => !group!.includes(a) && !group!.includes(b),
  );
  const everybody = Array.from({ length: 300 }, (_, student) => student);
  const found = personalIndices(made.responses, [{ a: source, b: copier }, ...others], everybody)!;
  const [pair, ...rest] = found.pairs;
  for (const side of [pair!.ofA, pair!.ofB]) {
    expect(side.omega).toBeGreaterThan(4);
    expect(side.k2).toBeLessThan(0.001);
    expect(side.s1).toBeLessThan(0.01);
  }
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  expect(Math.abs(mean(rest.flatMap(({ ofA, ofB }) => [ofA.omega!, ofB.omega!])))).toBeLessThan(0.4);
  const lz = [...found.fit.values()].flatMap((fit) => (fit.lz === null ? [] : [fit.lz]));
  expect(Math.abs(mean(lz))).toBeLessThan(0.5);
  expect(Math.sqrt(mean(lz.map((value) => value ** 2)))).toBeGreaterThan(0.6);
  expect(Math.sqrt(mean(lz.map((value) => value ** 2)))).toBeLessThan(1.5);
  expect([...found.fit.values()].every((fit) => fit.u3 === null || (fit.u3 >= 0 && fit.u3 <= 1))).toBe(true);
});

it("say nothing about an exam of few", () => {
  expect(personalIndices(cohort({ students: 40, items: 20, seed: 1 }).responses, [], [0])).toBeNull();
});
