#!/usr/bin/env node
// The door to every command. Plain JavaScript without dependencies, because on a fresh clone there are none: it installs,
// generates and builds what is missing or out of date, then hands over to the built command line.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
process.chdir(root);

const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  fail(`Node ${process.versions.node} is too old; Invigil needs 20.19 or newer`);
}

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

const quiet = process.argv.includes("--json") || process.argv.includes("--help");
const say = (text) => quiet || process.stderr.write(text);

/** One line per long step, with its duration; beside others only when it is done. */
async function step(label, run, beside = false) {
  const started = Date.now();
  if (!beside) say(`  ${label} …`);
  try {
    await run();
    say(`${beside ? "" : "\r"}  ${label} (${((Date.now() - started) / 1000).toFixed(1)} s)\n`);
  } catch (error) {
    say("\n");
    throw error;
  }
}

function run(command, args, env = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"] });
    process.once("exit", () => child.kill());
    let output = "";
    child.stdout.on("data", (chunk) => (output += chunk));
    child.stderr.on("data", (chunk) => (output += chunk));
    child.on("error", reject);
    child.on("exit", (code) =>
      code === 0
        ? resolve(output)
        : reject(new Error(`${command} ${args.join(" ")} failed:\n${output.trim().split("\n").slice(0, 12).join("\n")}`)),
    );
  });
}

function hashOf(entries) {
  const hash = createHash("sha256").update(process.version);
  const visit = (at) => {
    const stat = fs.statSync(at, { throwIfNoEntry: false });
    if (!stat) return;
    if (stat.isDirectory()) {
      for (const name of fs.readdirSync(at).sort())
        if (name !== "generated" && !name.endsWith(".test.ts")) visit(path.join(at, name));
    } else hash.update(at).update(fs.readFileSync(at));
  };
  for (const entry of entries) visit(entry);
  return hash.digest("hex");
}

/** Runs `make` when what it depends on has changed since it last succeeded. */
async function upToDate(stamp, inputs, exists, label, make, beside = false) {
  const want = hashOf(inputs);
  const file = path.join("node_modules/.cache/invigil", stamp);
  if (exists() && fs.existsSync(file) && fs.readFileSync(file, "utf8") === want) return;
  await step(label, make, beside);
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, want);
}

/** Whether somebody's own `npm ci` has brought everything already: npm notes what it did when it has done it. */
function npmBroughtAll(withDev) {
  const packages = (file) => Object.entries(JSON.parse(fs.readFileSync(file, "utf8")).packages);
  try {
    const have = new Map(packages("node_modules/.package-lock.json"));
    return packages("package-lock.json").every(
      ([at, one]) => at === "" || one.optional || (one.dev && !withDev) || have.get(at)?.version === one.version,
    );
  } catch {
    return false;
  }
}

async function install(command) {
  const withDev = NEEDS_DEV.has(command);
  const stamp = "node_modules/.invigil-install";
  // Where it may not be written (an image, another account) it is found out again each time.
  const noted = (what) => {
    try {
      fs.writeFileSync(stamp, what);
    } catch {}
  };
  const want = `${hashOf(["package-lock.json"])}${withDev ? "+dev" : ""}`;
  const have = fs.existsSync(stamp) ? fs.readFileSync(stamp, "utf8") : "";
  if (have === want || have === `${want}+dev`) return;
  if (npmBroughtAll(true)) return noted(`${want}+dev`.replace("+dev+dev", "+dev"));
  if (!withDev && npmBroughtAll(false)) return noted(want);
  if (!INSTALLS.has(command)) fail("the packages are not installed, or older than this version; run npm ci, then try again");
  // Development dependencies come along unless this is a production image.
  const dev = withDev || process.env.NODE_ENV !== "production";
  await step("installing packages", () =>
    run("npm", ["ci", "--no-audit", "--no-fund", dev ? "--include=dev" : "--omit=dev"], { NODE_ENV: "" }),
  );
  fs.writeFileSync(stamp, dev && !want.endsWith("+dev") ? `${want}+dev` : want);
}

async function generate() {
  await upToDate(
    "prisma",
    ["prisma/schema", "prisma.config.ts"],
    () => fs.existsSync("app/db/generated/client.ts"),
    "generating the database client",
    // The native schema engine is never downloaded; generating does not need it, only that the path exists.
    () =>
      run(process.execPath, ["node_modules/prisma/build/index.js", "generate"], {
        PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
        PRISMA_HIDE_UPDATE_MESSAGE: "1",
      }),
  );
}

async function buildEntries() {
  const entries = { cli: "app/cli/main.ts", collector: "app/collector/main.ts", server: "app/server.ts" };
  if (process.argv[2] === "bench") entries.bench = "tests/bench/main.ts";
  if (process.argv[2] === "grafana") entries.grafana = "grafana/build/files.ts";
  await upToDate(
    entries.bench ? "bench" : entries.grafana ? "grafana" : "entries",
    [
      "app",
      "prisma",
      ...(entries.bench ? ["tests/bench"] : []),
      "package.json",
      "package-lock.json",
      "tsconfig.json",
      "grafana/build",
    ],
    () => Object.keys(entries).every((name) => fs.existsSync(`build/${name}.js`)),
    "building the commands",
    async () => {
      const esbuild = await import("esbuild");
      await esbuild.build({
        entryPoints: { ...entries, ...workers() },
        outdir: "build",
        bundle: true,
        platform: "node",
        format: "esm",
        target: "node20",
        packages: "external",
        sourcemap: true,
        tsconfig: "tsconfig.json",
        logLevel: "error",
      });
    },
  );
}

/** Files named *.worker.ts run in a thread of their own, so each becomes an entry. */
function workers() {
  const found = {};
  const visit = (dir) => {
    for (const entry of fs.readdirSync(dir, { withFileTypes: true })) {
      if (entry.isDirectory() && entry.name !== "generated") visit(path.join(dir, entry.name));
      else if (entry.name.endsWith(".worker.ts"))
        found[`workers/${entry.name.replace(/\.ts$/, "")}`] = path.join(dir, entry.name);
    }
  };
  visit("app");
  return found;
}

async function buildWeb(beside = false) {
  await upToDate(
    "web",
    ["app", "public", "vite.config.ts", "package.json", "package-lock.json", "tsconfig.json"],
    () => fs.existsSync("build/web/server/index.js") && fs.existsSync("build/web/client/assets"),
    "building the console",
    () =>
      run(process.execPath, ["node_modules/@remix-run/dev/dist/cli.js", "vite:build", "--logLevel", "warn"], {
        NODE_ENV: "production",
      }),
    beside,
  );
}

/** What only looks, or works on a database that is in use, does not change what is installed. */
const INSTALLS = new Set(["start", "build", "test", "verify", "bench", "grafana", "prisma", "seed", "db"]);
const NEEDS_DEV = new Set(["test", "verify", "bench", "grafana"]);
const NEEDS_WEB = new Set(["start", "build", "test"]);

async function main() {
  const command = process.argv[2] ?? "--help";
  await install(command);
  await generate();
  await buildEntries();
  const web = NEEDS_WEB.has(command) && !process.argv.includes("--dev");
  // The database comes up while the console is built: the supervisor waits for this before it starts the processes.
  if (web && command === "start") {
    globalThis.invigilWebBuild = buildWeb(true);
    globalThis.invigilWebBuild.catch(() => undefined);
  } else if (web) await buildWeb();
  if (command === "build") return;
  const built = path.join(root, "build/cli.js");
  await import(pathToFileURL(built).href);
}

main().catch((error) => fail(error.message));
