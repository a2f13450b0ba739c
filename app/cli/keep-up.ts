import type { Cluster } from "~/db/cluster/cluster.server.ts";
import { postmasterOf, startServer, stoppedByUs, type ServerOptions } from "~/db/cluster/server.server.ts";
import { messageOf } from "~/platform/errors.ts";

const LOOK_MS = 500;
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 30_000;
/** One that stayed up for so long has recovered: its next end is a first one again. */
const SETTLED_MS = 60_000;

/**
 * Starts an embedded server again that has ended by itself (killed, out of memory, its disk full), later and later while it
 * fails. One that was stopped through Invigil is left to whoever did it.
 */
export function keepServersUp(cluster: Pick<Cluster, "primary" | "standby">, say: (text: string) => void): () => Promise<void> {
  let stopped = false;
  let wake: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => (wake = resolve));
  const pauseFor = (ms: number) => Promise.race([ended, new Promise((resolve) => setTimeout(resolve, ms))]);
  const watch = async (name: string, server: ServerOptions) => {
    let failures = 0;
    let upSince = Date.now();
    let told = "";
    const tell = (text: string) => {
      if (text !== told) say(`  ${text}\n`);
      told = text;
    };
    while (!stopped) {
      await pauseFor(LOOK_MS);
      if (stopped) return;
      if (postmasterOf(server.dir) !== null) {
        if (told) tell(`the ${name} is back`);
        told = "";
        if (Date.now() - upSince > SETTLED_MS) failures = 0;
        continue;
      }
      if (stoppedByUs(server.dir)) {
        tell(`the ${name} was stopped and will not be restarted. Press Ctrl-C, then start again`);
        continue;
      }
      const pause = Math.min(FIRST_PAUSE_MS * 2 ** failures, LONGEST_PAUSE_MS);
      if (failures === 0) tell(`the ${name} has ended, restarting it`);
      if (failures > 0) await pauseFor(pause);
      if (stopped || stoppedByUs(server.dir)) continue;
      failures++;
      try {
        await startServer(server);
        upSince = Date.now();
      } catch (error) {
        tell(`the ${name} does not start, trying again: ${messageOf(error)}`);
      }
    }
  };
  const watching = Promise.all([watch("primary", cluster.primary), watch("standby", cluster.standby)]);
  return async () => {
    stopped = true;
    wake();
    await Promise.race([watching, new Promise((resolve) => setTimeout(resolve, 1500))]);
  };
}
