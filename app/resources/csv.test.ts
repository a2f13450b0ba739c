import { expect, it } from "vitest";
import { csvCell } from "./csv.ts";

it("a cell that a spreadsheet would run as a formula is written as text, also where it begins with a fullwidth sign", () => {
  for (const cell of ["=1+1", "+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1+1", "＋1", "－1", "＠SUM(A1)"])
    expect(csvCell(cell).replace(/^"/, ""), cell).toMatch(/^'/);
});

it("numbers and ordinary text are written as they are", () => {
  expect([csvCell(-5), csvCell("Ada Lovelace"), csvCell("1＝1"), csvCell('a "b", c')]).toEqual([
    "-5",
    "Ada Lovelace",
    "1＝1",
    '"a ""b"", c"',
  ]);
});
