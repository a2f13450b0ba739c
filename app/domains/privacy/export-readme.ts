import { plural } from "~/platform/format.ts";
import { PERSON_TABLES } from "./tables.ts";

/** The first file of an export: what the others are, and what is left out. */
export function readme(at: Date, files: readonly { name: string; label: string; rows: number }[]): string {
  const leftOut = Object.values(PERSON_TABLES).filter((table) => table.notExported);
  return [
    "Data held on one person",
    `Made ${at.toISOString()}. Times are in UTC. Files are CSV in UTF-8; each has one line for each record.`,
    "",
    ...files.map((file) => `${file.name}: ${file.label}, ${plural(file.rows, "record")}`),
    "",
    "Left out: passwords, tokens and keys (only hashes are kept), the answer key, and who of the staff acted.",
    "Left out: marks and results that are not published or are withheld, and reviews that are not decided.",
    ...leftOut.map((table) => `Left out: ${table.label}. ${table.notExported!}`),
    "The audit log is not part of this file. It holds what staff did, and is kept apart.",
    "",
  ].join("\r\n");
}
