import fs from "node:fs";
import path from "node:path";

export const migrationsDir = (root = process.cwd()) => path.join(root, "prisma/migrations");

/** The migrations of this version of the console, in their order. */
export function migrationNames(): string[] {
  if (!fs.existsSync(migrationsDir())) return [];
  return fs
    .readdirSync(migrationsDir(), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}
