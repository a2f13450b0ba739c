import { parseArgs } from "node:util";
import type { Command, Run } from "./commands.ts";

/** What was asked for, or what of it is not understood. */
export function readArguments(command: Pick<Command, "options" | "takes">, words: string[]): Run | { wrong: string } {
  try {
    const { values, positionals } = parseArgs({
      args: words,
      options: { json: { type: "boolean" }, ...command.options },
      allowPositionals: true,
    });
    // A word that was left out might be what was meant: a file to verify, say.
    const stray = positionals[command.takes ?? 0];
    if (stray !== undefined) return { wrong: `"${stray}" is not a known argument` };
    return { options: values as Run["options"], positionals };
  } catch (error) {
    return { wrong: (error as Error).message };
  }
}
