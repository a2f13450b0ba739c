import fs from "node:fs";
import path from "node:path";
import { Worker } from "node:worker_threads";

/** How far a thread is; anything else that it posts is its answer. */
export type Progress = { progress: [done: number, total: number] };

const isProgress = (message: unknown): message is Progress =>
  typeof message === "object" && message !== null && "progress" in message;

/**
 * Runs a built `NAME.worker.ts` in a thread of its own, so that a long computation stalls nobody. Where nothing is built
 * (a test, development) the same function runs here.
 */
export async function inThread<I, O>(
  name: string,
  input: I,
  here: (input: I, said: (done: number, total: number) => void) => O,
  progress: (done: number, total: number) => Promise<void> = async () => undefined,
): Promise<O> {
  const file = path.resolve(`build/workers/${name}.worker.js`);
  if (process.env["VITEST"] || !fs.existsSync(file)) {
    const said: Promise<void>[] = [];
    const answer = here(input, (done, total) => said.push(progress(done, total)));
    await Promise.all(said);
    return answer;
  }
  return new Promise<O>((resolve, reject) => {
    const worker = new Worker(file, { workerData: input });
    worker.on("message", (message: O | Progress) => {
      if (!isProgress(message)) return resolve(message);
      // Whoever cancels the job ends its thread.
      progress(...message.progress).catch((error: unknown) => {
        reject(error);
        void worker.terminate();
      });
    });
    worker.once("error", reject);
    worker.once("exit", (code) => reject(new Error(`the ${name} thread ended with ${code} and no answer`)));
  });
}
