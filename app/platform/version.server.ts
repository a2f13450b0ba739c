import fs from "node:fs";
import { z } from "zod";

let known: string | undefined;

/** This console's own version, as its package says it. */
export function consoleVersion(): string {
  known ??= z.object({ version: z.string() }).parse(JSON.parse(fs.readFileSync("package.json", "utf8"))).version;
  return known;
}
