import { parentPort, workerData } from "node:worker_threads";
import type { RawSheets } from "~/domains/exams/analysis/sheets.ts";
import type { Progress } from "~/jobs/thread.server.ts";
import { findingsOf, type Given } from "./evidence.ts";

const { raw, given } = workerData as { raw: RawSheets; given: Given };
parentPort?.postMessage(
  findingsOf(raw, given, (done, total) => parentPort?.postMessage({ progress: [done, total] } satisfies Progress)),
);
