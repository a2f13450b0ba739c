import { describe, expect, it } from "vitest";
import { sqlLines } from "./sql-layout.ts";
import { sourcesIn } from "./sources.ts";

/** Lines of SQL longer than 120 characters that are left. This number only falls: lay out what you touch, a clause a line. */
const LONG = 9999;

const lines = sourcesIn("app", "prisma/seed").flatMap(sqlLines);

describe("SQL", () => {
  it("has no line longer than 180 characters", () => {
    const found = lines.filter(({ length }) => length > 180);
    expect(found.map(({ file, line }) => `${file}:${line}`)).toEqual([]);
  });

  it("has no more lines longer than 120 characters than before", () => {
    expect(lines.filter(({ length }) => length > 120).length).toBeLessThanOrEqual(LONG);
  });

  it("is measured in every template, also in one that stands in another", () => {
    const text = `const x = sql\`select 1\n  where \${y ? sql\`z = \${1}\` : sql\`true\`} and ${"a".repeat(200)}\`;`;
    expect(sqlLines({ file: "x.ts", text })).toEqual([
      { file: "x.ts", line: 1, length: 22 },
      { file: "x.ts", line: 2, length: text.split("\n")[1]!.length },
    ]);
  });
});
