import { spawn } from "node:child_process";
import fs from "node:fs";
import type { Command } from "./commands.ts";

type Tally = { passed: number; failed: number; skipped: number };

const bin = (name: string) => `node_modules/${name}`;

function run(args: string[], env: Record<string, string> = {}): Promise<number> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, { stdio: "inherit", env: { ...process.env, ...env } });
    child.on("exit", (code) => resolve(code ?? 1));
  });
}

type Report = {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  numTodoTests: number;
  testResults: { status: string; assertionResults: unknown[] }[];
};

/** One Vitest project; a file that could not even be loaded counts as a failure. */
async function vitest(project: string, more: string[]): Promise<Tally> {
  const file = `node_modules/.cache/invigil/${project}.json`;
  fs.rmSync(file, { force: true });
  fs.mkdirSync("node_modules/.cache/invigil", { recursive: true });
  const code = await run(
    [
      bin("vitest/vitest.mjs"),
      "run",
      "--project",
      project,
      "--reporter=default",
      "--reporter=json",
      `--outputFile.json=${file}`,
      ...more,
    ],
    { NODE_ENV: "test" },
  );
  if (!fs.existsSync(file)) return { passed: 0, failed: 1, skipped: 0 };
  const report = JSON.parse(fs.readFileSync(file, "utf8")) as Report;
  const unloaded = report.testResults.filter(
    (result) => result.status === "failed" && result.assertionResults.length === 0,
  ).length;
  const failed = report.numFailedTests + unloaded;
  return {
    passed: report.numPassedTests,
    failed: code !== 0 && failed === 0 ? 1 : failed,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

const SUITES: Record<string, string[]> = {
  all: ["unit", "integration", "e2e"],
  unit: ["unit"],
  integration: ["integration"],
  e2e: ["e2e"],
  extended: ["extended"],
  matrix: ["matrix"],
  chaos: ["chaos"],
};

export const testCommand: Command = {
  name: "test",
  says: "Runs the tests and ends with how many passed and failed",
  passesThrough: true,
  async run({ positionals }) {
    const at = positionals.indexOf("--suite");
    const suite = at >= 0 ? (positionals[at + 1] ?? "") : "all";
    const more = at >= 0 ? positionals.toSpliced(at, 2) : positionals;
    const projects = SUITES[suite];
    if (!projects) {
      process.stderr.write(`--suite: "${suite}" is not one of ${Object.keys(SUITES).join(", ")}\n`);
      return 2;
    }
    const total: Tally = { passed: 0, failed: 0, skipped: 0 };
    for (const project of projects) {
      const tally = await vitest(project, more);
      total.passed += tally.passed;
      total.failed += tally.failed;
      total.skipped += tally.skipped;
    }
    process.stdout.write(
      `${total.passed} passed, ${total.failed} failed${total.skipped > 0 ? `, ${total.skipped} skipped` : ""}\n`,
    );
    return total.failed > 0 ? 1 : 0;
  },
};

const VERIFY: [string, string[]][] = [
  ["format", [bin("prettier/bin/prettier.cjs"), "--check", "--log-level", "warn", "."]],
  ["lint", [bin("oxlint/bin/oxlint"), "--quiet", "app", "prisma", "tests", "grafana"]],
  [
    "import directions",
    [
      bin("dependency-cruiser/bin/dependency-cruise.mjs"),
      "app",
      "prisma",
      "--config",
      ".dependency-cruiser.cjs",
      "--output-type",
      "err",
    ],
  ],
  ["unused exports and dependencies", [bin("knip/bin/knip.js"), "--no-progress"]],
  ["types", [bin("typescript/bin/tsc"), "--noEmit", "-p", "."]],
];

export const verifyCommand: Command = {
  name: "verify",
  says: "Format, lint, import directions, types and unit tests; needs no database",
  async run() {
    for (const [label, args] of VERIFY) {
      const started = Date.now();
      const code = await run(args);
      process.stdout.write(`${code === 0 ? "ok    " : "FAILED"}  ${label} (${((Date.now() - started) / 1000).toFixed(1)} s)\n`);
      if (code !== 0) return 1;
    }
    const tally = await vitest("unit", []);
    return tally.failed > 0 ? 1 : 0;
  },
};

export const benchCommand: Command = {
  name: "bench",
  says: "Benchmarks: a table of ratios to a baseline of the same run",
  usage: "[name] [--json FILE]",
  passesThrough: true,
  run: ({ positionals }) => run(["--expose-gc", "build/bench.js", ...positionals]),
};
