import { ClusterError } from "~/db/cluster/errors.ts";
import { EnvError } from "~/platform/env.server.ts";
import { AppError } from "~/platform/errors.ts";
import { readArguments } from "./arguments.ts";
import { commands, type Command } from "./commands.ts";

/** `invigil <group> <command> --options`: finds it, runs it, and ends with one clear line when it fails. */
function usage(): string {
  const rows = commands.map((command) => `  ${`invigil ${command.name}`.padEnd(34)} ${command.says}`);
  return `Invigil, the control room of an exam platform\n\n${rows.join("\n")}\n\nEvery command has --help, and --json where it prints data.\n`;
}

function find(words: string[]): { command: Command; rest: string[] } | null {
  for (const length of [2, 1]) {
    const name = words.slice(0, length).join(" ");
    const command = commands.find((candidate) => candidate.name === name);
    if (command && words.slice(0, length).every((word) => !word.startsWith("-"))) return { command, rest: words.slice(length) };
  }
  return null;
}

async function main(): Promise<number> {
  const words = process.argv.slice(2);
  const found = find(words);
  if (!found) {
    if (words.length === 0 || words.includes("--help") || words[0] === "help") {
      process.stdout.write(usage());
      return 0;
    }
    process.stderr.write(`there is no command "${words.join(" ")}"; see invigil --help\n`);
    return 2;
  }
  const { command, rest } = found;
  if (rest.includes("--help") && !command.passesThrough) {
    process.stdout.write(`invigil ${command.name} ${command.usage ?? ""}\n  ${command.says}\n`);
    return 0;
  }
  if (command.passesThrough) return (await command.run({ options: {}, positionals: rest })) ?? 0;
  const asked = readArguments(command, rest);
  if ("wrong" in asked) {
    process.stderr.write(`${asked.wrong}; see invigil ${command.name} --help\n`);
    return 2;
  }
  return (await command.run(asked)) ?? 0;
}

main().then(
  (code) => {
    process.exitCode = code;
    // Pools of this process would keep it alive.
    if (!process.env["INVIGIL_STAYS"]) process.exit(code);
  },
  (error: unknown) => {
    const expected = error instanceof EnvError || error instanceof ClusterError || error instanceof AppError;
    process.stderr.write(`${expected ? (error as Error).message : ((error as Error).stack ?? String(error))}\n`);
    process.exit(1);
  },
);
