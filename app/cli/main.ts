import { databaseUnavailable } from "~/access/database-unavailable.server.ts";
import { ClusterError } from "~/db/cluster/errors.ts";
import { EnvError } from "~/platform/env.server.ts";
import { AppError, messageOf } from "~/platform/errors.ts";
import { readArguments } from "./arguments.ts";
import { commands, type Command } from "./commands.ts";

/** `invigil <group> <command> --options`: finds it, runs it, and ends with one clear line when it fails. */
function usage(listed: readonly Command[]): string {
  const rows = listed.map((command) => `  ${`invigil ${command.name}`.padEnd(34)} ${command.says}`);
  return `Invigil, the control room of an exam platform\n\n${rows.join("\n")}\n\nEvery command has --help, and --json where it prints data.\n`;
}

/** The commands of a group (`invigil backup --help`); all of them where no group is named. */
function listed(words: readonly string[]): readonly Command[] {
  const [group] = words.filter((word) => !word.startsWith("-") && word !== "help");
  return group === undefined ? commands : commands.filter((command) => command.name.split(" ")[0] === group);
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
    const asksForHelp = words.length === 0 || words.includes("--help") || words.includes("-h") || words[0] === "help";
    const known = listed(words);
    if (asksForHelp && known.length > 0) {
      process.stdout.write(usage(known));
      return 0;
    }
    process.stderr.write(`there is no command "${words.filter((word) => word !== "--help").join(" ")}"; see invigil --help\n`);
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

/** What is wrong, and what to do. A fault of ours keeps its stack for whoever asks for it with LOG_LEVEL=debug. */
function oneLine(error: unknown): string {
  const expected = error instanceof EnvError || error instanceof ClusterError || error instanceof AppError;
  if (!expected && process.env["LOG_LEVEL"] === "debug" && error instanceof Error) return error.stack ?? error.message;
  const [first = ""] = messageOf(error).trim().split("\n");
  const unavailable = expected ? null : databaseUnavailable(error);
  if (unavailable) return `${unavailable.message} (${first || String((error as { code?: string }).code)})`;
  return expected ? messageOf(error) : `${first || String(error)} (LOG_LEVEL=debug shows where)`;
}

main().then(
  (code) => {
    process.exitCode = code;
    // Pools of this process would keep it alive.
    if (!process.env["INVIGIL_STAYS"]) process.exit(code);
  },
  (error: unknown) => {
    process.stderr.write(`${oneLine(error)}\n`);
    process.exit(1);
  },
);
