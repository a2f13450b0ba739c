import fs from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";

// Breaks when a table is added without a line in docs/data-model.md, or when the document names one that does not exist.
const read = (...at: string[]) => fs.readFileSync(path.join(process.cwd(), ...at), "utf8");
const sorted = (names: Iterable<string>) => [...new Set(names)].sort();

/** Tables as the schema files name them: `schema.table`. */
function modelled(): string[] {
  const files = fs.readdirSync("prisma/schema").filter((name) => name.endsWith(".prisma"));
  return files.flatMap((file) =>
    [...read("prisma/schema", file).matchAll(/^model (\w+) \{\n([\s\S]*?)^\}/gm)].map(([, model, body]) => {
      const schema = /@@schema\("(\w+)"\)/.exec(body!)?.[1] ?? "public";
      return `${schema}.${/@@map\("(\w+)"\)/.exec(body!)?.[1] ?? model}`;
    }),
  );
}

/** Tables as the migrations make them. Partitions are made by a function and carry no name here. */
function created(): string[] {
  const folders = fs.readdirSync("prisma/migrations", { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return folders.flatMap((folder) =>
    [
      ...read("prisma/migrations", folder.name, "migration.sql").matchAll(
        /^\s*CREATE (?:UNLOGGED )?TABLE (?:IF NOT EXISTS )?(?:"?(\w+)"?\.)?"?(\w+)"?\s*\(/gim,
      ),
    ].map(([, schema, table]) => `${schema ?? "public"}.${table}`),
  );
}

/** Tables that have a row of their own: the first cell of a table's line. */
const described = (): string[] =>
  [...read("docs/data-model.md").matchAll(/^\| `((?:public|console|audit|telemetry)\.\w+)` +\| /gm)].map(([, name]) => name!);

/** Tables named anywhere, also in a sentence. */
const named = (): string[] =>
  [...read("docs/data-model.md").matchAll(/`((?:public|console|audit|telemetry)\.\w+)`/g)].map(([, name]) => name!);

describe("docs/data-model.md", () => {
  it("reads the schema files and the migrations", () => {
    expect(modelled().length).toBeGreaterThan(80);
    expect(created()).toEqual(expect.arrayContaining(["public.college", "console.lease", "audit.entry", "telemetry.load_1m"]));
  });

  it("has a line for every table", () => {
    const known = new Set(described());
    expect(sorted([...modelled(), ...created()]).filter((table) => !known.has(table))).toEqual([]);
  });

  it("names no table that does not exist", () => {
    const exist = new Set([...modelled(), ...created()]);
    expect(sorted(named()).filter((table) => !exist.has(table))).toEqual([]);
  });

  it("describes each table once", () => {
    expect(described().length).toBe(new Set(described()).size);
  });
});
