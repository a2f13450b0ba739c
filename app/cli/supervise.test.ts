import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { expect, it } from "vitest";
import { pauseAfter, supervise } from "./supervise.ts";

// Breaks when a process that was killed waits before it is started again, or one that can't start is started without a pause.
const AT_ONCE = 5;

async function until(what: () => boolean, withinMs = 30_000): Promise<void> {
  const end = Date.now() + withinMs;
  while (!what()) {
    if (Date.now() > end) throw new Error("it did not come about in time");
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

function run(script: string) {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), "invigil-supervise-"));
  const file = path.join(dir, "child.mjs");
  fs.writeFileSync(file, script);
  const log = fs.openSync(path.join(dir, "log"), "a");
  let stopping = false;
  let said = "";
  let stderr = "";
  const child = supervise({
    name: "web",
    file,
    env: process.env,
    log,
    stderr: (chunk) => void (stderr += String(chunk)),
    stopping: () => stopping,
    say: (text) => void (said += text),
  });
  return {
    child,
    said: () => said,
    stderr: () => stderr,
    end() {
      stopping = true;
      child.process().kill("SIGKILL");
      fs.closeSync(log);
      fs.rmSync(dir, { recursive: true, force: true });
    },
  };
}

it("a killed process is started again without a pause, as often as five times", async () => {
  const running = run("process.send({ ready: true }); setInterval(() => {}, 1000);");
  try {
    await running.child.ready;
    for (let kill = 1; kill <= AT_ONCE; kill++) {
      const killed = running.child.process();
      killed.kill("SIGKILL");
      await new Promise((resolve) => killed.once("exit", resolve));
      // A timer of nothing that is set after the supervisor's ends after it, however busy the machine is.
      await new Promise((resolve) => setTimeout(resolve, 0));
      expect([kill, running.child.process() === killed]).toEqual([kill, false]);
      await new Promise((resolve) => running.child.process().once("message", resolve));
    }
    expect(running.said().match(/web ended \(killed\), restarting it/g)).toHaveLength(AT_ONCE);
  } finally {
    running.end();
  }
});

it("one that can't start is told with its last line, and tried later and later", async () => {
  const running = run('process.stderr.write("first line\\nthe disk is full\\n"); process.exit(3);');
  try {
    await expect(running.child.ready).rejects.toThrow("the disk is full");
    const ends = () => running.said().match(/ended \(3\)/g)?.length ?? 0;
    await until(() => ends() === AT_ONCE + 1);
    const waiting = Date.now();
    await until(() => ends() === AT_ONCE + 2);
    expect(Date.now() - waiting).toBeGreaterThanOrEqual(pauseAfter(AT_ONCE + 1) - 50);
    expect(running.stderr()).toContain("first line");
  } finally {
    running.end();
  }
});

it("the pauses grow and end growing", () => {
  const pauses = Array.from({ length: 14 }, (_, index) => pauseAfter(index + 1));
  expect(pauses.slice(0, AT_ONCE)).toEqual([0, 0, 0, 0, 0]);
  expect(pauses.slice(AT_ONCE)).toEqual([1000, 2000, 4000, 8000, 10_000, 10_000, 10_000, 10_000, 10_000]);
});
