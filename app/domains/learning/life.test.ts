import fs from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";

// Breaks when a table of learning is added that nothing but a generic list ever reads or writes.

/** Kept as they are typed, and why that is enough. */
const LISTS_ONLY: Record<string, string> = {
  media: "the files lie elsewhere, and whoever serves them keeps them",
  study_material: "it is read in the platform's own application, which reports nothing about it",
  assignment: "it is set and closed by its own fields",
  assignment_submission: "it is marked by its own fields",
};

const tables = [...fs.readFileSync("prisma/schema/learning.prisma", "utf8").matchAll(/@@map\("(\w+)"\)/g)].map(
  ([, name]) => name!,
);

/** The SQL of verbs and jobs; definitions of lists, seeds and the simulated day are none. */
const verbs = fs
  .readdirSync("app/domains", { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".server.ts"))
  .map((file) => fs.readFileSync(path.join("app/domains", file), "utf8"));

const isAlive = (table: string) => verbs.some((text) => new RegExp(`public\\."?${table}"?\\b`).test(text));

const lineOf = (table: string) =>
  fs
    .readFileSync("docs/data-model.md", "utf8")
    .split("\n")
    .find((line) => line.startsWith(`| \`public.${table}\` `))!
    .split("|")
    .map((cell) => cell.trim());

describe("tables of learning", () => {
  it("are each read or written by a verb or a job, except those that are named with a reason", () => {
    expect(tables.length).toBeGreaterThan(15);
    expect(tables.filter((table) => !isAlive(table))).toEqual(Object.keys(LISTS_ONLY));
  });

  it("are described with what gives them life", () => {
    for (const table of tables) {
      const [, , , life] = lineOf(table);
      expect(life, table).toBeTruthy();
      expect(life!.startsWith("a list only"), table).toBe(table in LISTS_ONLY);
    }
  });
});
