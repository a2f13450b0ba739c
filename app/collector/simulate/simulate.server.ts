import { setMaxListeners } from "node:events";
import { messageOf } from "~/platform/errors.ts";
import { log } from "~/platform/log.server.ts";
import { beat, signal } from "./browsers.server.ts";
import { board, contend, recentSaves, similarTexts } from "./desk.server.ts";
import { learn } from "./learners.server.ts";
import { lagBehind, slowUpload } from "./lines.server.ts";
import { between, sleep, Stage } from "./stage.server.ts";
import { answer, begin, submit } from "./students.server.ts";

/** The share of one core that all of it together may take; what took long is followed by a longer rest. */
const REST = 12;
/** These wait for others rather than work: students try again at once, however long a save has taken. */
const WAITING = new Set(["answers", "uploads", "contention", "standby"]);

/**
 * The demo's exam day, played through the platform's own tables: students start, answer and submit, boards are watched,
 * a report is slow, an index is missing, the standby lags now and then. One or two sessions at work, most of them waiting.
 */
export function startSimulator(active: () => boolean): { stop(): Promise<void> } {
  const abort = new AbortController();
  setMaxListeners(50, abort.signal);
  const stage = new Stage();
  let failures = 0;
  const actor = async (name: string, restMs: [number, number], play: () => Promise<unknown>) => {
    if (name !== "stage") await sleep(between(1000, 4000), abort.signal);
    while (!abort.signal.aborted) {
      const started = performance.now();
      if (active()) {
        try {
          await play();
          failures = 0;
        } catch (error) {
          failures++;
          if (!abort.signal.aborted)
            log.debug({ actor: name, reason: messageOf(error) }, "a step of the simulated exam day failed");
        }
      }
      const took = WAITING.has(name) ? 0 : performance.now() - started;
      await sleep(Math.max(between(...restMs), took * REST, Math.min(30_000, failures * 500)), abort.signal);
    }
  };
  const playing = [
    actor("stage", [25_000, 35_000], () => stage.refresh()),
    // As many as may wait at once when someone holds the answers.
    ...Array.from({ length: 4 }, () => actor("answers", [420, 1020], () => answer(stage))),
    actor("signals", [800, 2000], () => signal(stage)),
    actor("beats", [4000, 6000], () => beat(stage)),
    actor("starts", [20_000, 60_000], () => begin(stage)),
    actor("submits", [60_000, 150_000], () => submit(stage)),
    actor("learners", [4000, 9000], () => learn(stage)),
    actor("boards", [700, 1800], () => board(stage)),
    actor("saves", [3000, 6000], () => recentSaves(stage)),
    actor("report", [20_000, 35_000], () => similarTexts(stage)),
    actor("uploads", [100, 1200], () => slowUpload(stage, abort.signal)),
    actor("uploads", [600, 2500], () => slowUpload(stage, abort.signal)),
    actor("contention", [900, 3500], () => contend(stage, between(150, 800))),
    actor("standby", [240_000, 600_000], () => lagBehind(stage, abort.signal)),
  ];
  return {
    async stop() {
      abort.abort();
      await Promise.race([Promise.all(playing), new Promise((resolve) => setTimeout(resolve, 1000))]);
      await Promise.race([stage.close(), new Promise((resolve) => setTimeout(resolve, 500))]);
    },
  };
}
