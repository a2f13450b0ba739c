import type { TestProject } from "vitest/node";
import { startDemo } from "../fixtures/demo.ts";
import "./cluster.ts";

/** One demo for all tests of a run; or, for whoever writes a journey, one that is up: {"base","metrics","password","dataDir"}. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const running = process.env["INVIGIL_TEST_DEMO"];
  if (running) {
    project.provide("demo", JSON.parse(running) as never);
    return async () => undefined;
  }
  const { stop, ...demo } = await startDemo();
  project.provide("demo", demo);
  return stop;
}
