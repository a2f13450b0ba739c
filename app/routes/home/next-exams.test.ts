import { expect, it } from "vitest";
import { nextExams } from "./next-exams.ts";

it("the next exams are those that have not begun, soonest first", () => {
  const at = (hour: number) => ({ start: new Date(Date.UTC(2026, 11, 3, hour)) });
  const list = [at(7), at(14), at(9), at(8)];
  expect(nextExams(list, new Date(Date.UTC(2026, 11, 3, 8))).map((one) => one.start.getUTCHours())).toEqual([9, 14]);
});
