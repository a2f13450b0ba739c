import fs from "node:fs";
import path from "node:path";
import type { Source } from "./sources.ts";

export type Use = { table: string; room: string; file: string; kind: "write" | "read" };

/** The room of a file; each domain is one of its own. */
export function roomOf(file: string): string {
  const [, room, part] = file.split("/");
  return room === "domains" ? `domains/${part!.replace(/(\.server)?\.ts$/, "")}` : room!;
}

const TABLE = String.raw`(?:only\s+)?(public|console|audit|telemetry)\."?([a-z_0-9]+)"?`;
const WRITE = new RegExp(
  String.raw`\b(?:insert\s+into|update|delete\s+from|merge\s+into|copy|truncate|lock\s+table)\s+${TABLE}`,
  "gi",
);
const READ = new RegExp(String.raw`(?<!delete\s+)\b(?:from|join|using)\s+${TABLE}`, "gi");
const PRISMA = /\bprisma\s*\.(\w+)\s*\.(\w+)\(/g;

/** Prisma's name of each model, and the table behind it. */
function models(): Map<string, string> {
  const folder = "prisma/schema";
  return new Map(
    fs.readdirSync(folder).flatMap((name) =>
      [...fs.readFileSync(path.join(folder, name), "utf8").matchAll(/^model (\w+) \{\n([\s\S]*?)^\}/gm)].map(
        ([, model, body]) => {
          const schema = /@@schema\("(\w+)"\)/.exec(body!)?.[1] ?? "public";
          const table = /@@map\("(\w+)"\)/.exec(body!)?.[1] ?? model!;
          return [model![0]!.toLowerCase() + model!.slice(1), `${schema}.${table}`] as const;
        },
      ),
    ),
  );
}

const MODELS = models();
export const TABLES: readonly string[] = [...MODELS.values()];

/** Each table that a file writes or reads, by the words of its statements. */
export function usesIn({ file, text }: Source): Use[] {
  const room = roomOf(file);
  const uses: Use[] = [];
  for (const [kind, pattern] of [
    ["write", WRITE],
    ["read", READ],
  ] as const)
    for (const [, schema, table] of text.matchAll(pattern)) uses.push({ table: `${schema}.${table}`, room, file, kind });
  for (const [, model, method] of text.matchAll(PRISMA)) {
    const table = MODELS.get(model!);
    if (table) uses.push({ table, room, file, kind: /^(create|update|upsert|delete)/.test(method!) ? "write" : "read" });
  }
  return uses;
}
