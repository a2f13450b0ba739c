import { spawn } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import type { TestProject } from "vitest/node";
import { freePort } from "../../app/db/cluster/server.server.ts";
import "./cluster.ts";

const PASSWORD = "a demo password for tests";

/** The built console as `npm start` runs it, with its demo, in a directory that is removed afterwards. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  // Whoever writes a journey runs it against a console that is up: {"base","metrics","password","dataDir"}.
  const running = process.env["INVIGIL_TEST_DEMO"];
  if (running) {
    project.provide("demo", JSON.parse(running) as never);
    return async () => undefined;
  }
  const dataDir = fs.mkdtempSync(path.join(os.tmpdir(), "invigil-demo-"));
  fs.chmodSync(dataDir, 0o711);
  const port = await freePort();
  const collector = await freePort();
  const child = spawn(process.execPath, ["app/cli/invigil.mjs", "start"], {
    env: {
      ...process.env,
      NODE_ENV: "production",
      VITEST: "",
      PORT: String(port),
      COLLECTOR_PORT: String(collector),
      INVIGIL_DATA_DIR: dataDir,
      INVIGIL_DEMO_PASSWORD: PASSWORD,
      INVIGIL_TEST_HOOKS: "1",
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`the demo did not start within 180 s:\n${output}`)), 180_000);
    const read = (chunk: Buffer) => {
      output += String(chunk);
      if (output.includes("Invigil is ready")) {
        clearTimeout(timer);
        resolve();
      }
    };
    child.stdout.on("data", read);
    child.stderr.on("data", read);
    child.on("exit", (code) => reject(new Error(`the demo ended with ${code}:\n${output}`)));
  });
  project.provide("demo", {
    base: `http://127.0.0.1:${port}`,
    metrics: `http://127.0.0.1:${collector}`,
    password: PASSWORD,
    dataDir,
  });
  return async () => {
    const gone = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGTERM");
    await gone;
    // Kept on request, for whoever wants to read its logs.
    if (!process.env["INVIGIL_KEEP_DATA"]) fs.rmSync(dataDir, { recursive: true, force: true });
  };
}
