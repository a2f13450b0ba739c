import type { TestProject } from "vitest/node";
import { startDemo } from "../fixtures/demo.ts";
import "./cluster.ts";

/** One demo for all tests of a run. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { stop, ...demo } = await startDemo();
  project.provide("demo", demo);
  return stop;
}
