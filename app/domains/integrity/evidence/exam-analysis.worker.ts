import { parentPort, workerData } from "node:worker_threads";
import type { RawSheets } from "~/domains/exams/analysis/sheets.ts";
import { findingsOf } from "./evidence.ts";

parentPort?.postMessage(findingsOf(workerData as RawSheets));
