import fs from "node:fs";
import path from "node:path";
import { Worker } from "node:worker_threads";

/**
 * Runs a built `NAME.worker.ts` in a thread of its own, so that a long computation stalls nobody. Where nothing is built
 * (a test, development) the same function runs here.
 */
export async function inThread<I, O>(name: string, input: I, here: (input: I) => O): Promise<O> {
  const file = path.resolve(`build/workers/${name}.worker.js`);
  if (process.env["VITEST"] || !fs.existsSync(file)) return here(input);
  return new Promise<O>((resolve, reject) => {
    const worker = new Worker(file, { workerData: input });
    worker.once("message", (answer: O) => resolve(answer));
    worker.once("error", reject);
    worker.once("exit", (code) => reject(new Error(`the ${name} thread ended with ${code} and no answer`)));
  });
}
