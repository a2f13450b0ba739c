import { spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { build } from "esbuild";
import { afterAll, beforeAll, expect, it } from "vitest";

// Breaks when a command that fails says it with a stack, with nothing, or with success.
let out: string;
let cli: string;

beforeAll(async () => {
  const cache = path.join(process.cwd(), "node_modules/.cache");
  // Nothing was built here yet.
  fs.mkdirSync(cache, { recursive: true });
  out = fs.mkdtempSync(path.join(cache, "cli-"));
  cli = path.join(out, "cli.js");
  await build({
    entryPoints: ["app/cli/main.ts"],
    outfile: cli,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    packages: "external",
    tsconfig: "tsconfig.json",
    logLevel: "error",
  });
});
afterAll(() => fs.rmSync(out, { recursive: true, force: true }));

function invigil(args: string[], env: Record<string, string> = {}) {
  const inherited = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(INVIGIL_|REDIS_|DATABASE_|VITEST|NODE_ENV|SESSION_|LOG_)/.test(name)),
  );
  const all: Record<string, string | undefined> = {
    ...inherited,
    INVIGIL_DATA_DIR: path.join(os.tmpdir(), "invigil-none"),
    ...env,
  };
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, ...args], {
    encoding: "utf8",
    env: all as NodeJS.ProcessEnv,
  });
  return { status, stdout, lines: stderr.trim().split("\n").filter(Boolean) };
}

const NOWHERE = {
  DATABASE_URL: "postgresql://nobody:secret@127.0.0.1:1/none",
  SESSION_SECRET: "a secret for these tests",
  INVIGIL_SIGNING_KEY: Buffer.alloc(32).toString("base64"),
};

it("an unknown command is one line on stderr and no success, with --help too", () => {
  for (const args of [["nonsense"], ["nonsense", "--help"], ["backup", "nonsense"], ["staff"]]) {
    const { status, stdout, lines } = invigil(args);
    expect(status, args.join(" ")).not.toBe(0);
    expect(stdout).toBe("");
    expect(lines).toEqual([expect.stringMatching(/^there is no command ".*"; see invigil --help$/)]);
  }
});

it("help of everything, of a group and of a command", () => {
  expect(invigil(["--help"]).stdout).toContain("invigil staff create");
  const group = invigil(["backup", "--help"]);
  expect(group.status).toBe(0);
  expect(group.stdout).toContain("invigil backup verify");
  expect(group.stdout).not.toContain("invigil staff create");
  expect(invigil(["backup", "verify", "--help"]).stdout).toMatch(/^invigil backup verify \[BACKUP\]/);
});

it("a wrong value and a database that can't be reached are one line, without a stack", () => {
  expect(invigil(["audit", "verify"], { ...NOWHERE, PORT: "many" })).toMatchObject({
    status: 1,
    lines: ['PORT: "many" is not accepted; expected a whole number from 0 to 65535'],
  });
  for (const args of [
    ["audit", "verify"],
    ["audit", "epoch", "--by", "Ann Example", "--reason", "a restore after the disk was lost"],
    ["db", "status"],
  ]) {
    const { status, lines } = invigil(args, NOWHERE);
    expect(status, args.join(" ")).toBe(1);
    expect(lines.at(-1)).toMatch(/can't be reached/);
    expect(lines.join("\n")).not.toMatch(/^\s+at /m);
  }
});

it("the doctor says of a setting that does nothing that it does nothing", () => {
  const { stdout } = invigil(["doctor"], { ...NOWHERE, REDIS_URL: "redis://127.0.0.1" });
  expect(stdout).toMatch(/REDIS_URL has no effect/);
  expect(invigil(["doctor"], NOWHERE).stdout).not.toMatch(/REDIS_URL/);
});

it("the doctor goes on after a wrong environment and says all of it", () => {
  const { status, stdout, lines } = invigil(["doctor"], { NODE_ENV: "production", DATABASE_URL: NOWHERE.DATABASE_URL });
  expect(status).toBe(1);
  expect(stdout).toMatch(/SESSION_SECRET: is required/);
  expect(stdout).toMatch(/INVIGIL_SIGNING_KEY: is required/);
  expect(stdout).toMatch(/DATABASE_URL: the database can't be reached/);
  expect(lines).toHaveLength(1);
});
