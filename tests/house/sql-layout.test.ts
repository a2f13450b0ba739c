import { describe, expect, it } from "vitest";
import { sqlLines } from "./sql-layout.ts";
import { sourcesIn } from "./sources.ts";

/** Lines of SQL that are left with more than so many characters. Both numbers only fall: lay out what you touch, a clause a line. */
const MORE_THAN_180 = 4;
const MORE_THAN_120 = 48;

const lines = sourcesIn("app", "prisma/seed").flatMap(sqlLines);

describe("SQL", () => {
  it.each([
    [180, MORE_THAN_180],
    [120, MORE_THAN_120],
  ])("has no more lines longer than %i characters than before", (most, left) => {
    const found = lines.filter(({ length }) => length > most).map(({ file, line }) => `${file}:${line}`);
    expect(found.length > left ? found : []).toEqual([]);
  });

  it("is measured in every template, also in one that stands in another", () => {
    const text = `const x = sql\`select 1\n  where \${y ? sql\`z = \${1}\` : sql\`true\`} and ${"a".repeat(200)}\`;`;
    expect(sqlLines({ file: "x.ts", text })).toEqual([
      { file: "x.ts", line: 1, length: 22 },
      { file: "x.ts", line: 2, length: text.split("\n")[1]!.length },
    ]);
  });
});
