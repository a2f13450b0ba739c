import { log } from "~/platform/log.server.ts";
import { messageOf } from "~/platform/errors.ts";
import { createPool } from "./pool.server.ts";
import { isConnectionLoss } from "./retry.ts";

const EVERY_MS = 1000;
const PATIENCE_MS = 1500;
/** One late answer is a busy machine; two in a row are a server that does not answer. */
const MISSED = 2;

export type Pulse = { refused(): Error | null; stop(): Promise<void> };

class NoAnswer extends Error {
  readonly code = "08006";
}

/**
 * Whether the primary answers at all, looked at on a connection of its own. A server that hangs takes connections and
 * says nothing: without this each request waits for its timeout, and the pages that could say so are gone with the rest.
 */
export function startPulse(target: { url: string; role?: string }, process: string): Pulse {
  const pool = createPool("pulse", {
    ...target,
    applicationName: `${process} pulse`,
    max: 1,
    connectTimeoutMs: PATIENCE_MS,
    queryTimeoutMs: PATIENCE_MS,
    idleTimeoutMs: 0,
  });
  let missed = 0;
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  const look = async () => {
    try {
      await pool.query("select 1");
      if (missed >= MISSED) log.info("the primary answers again");
      missed = 0;
    } catch (error) {
      // One that answers with a refusal is there: only silence counts.
      if (isConnectionLoss(error) && ++missed === MISSED) log.warn({ reason: messageOf(error) }, "the primary does not answer");
    }
    if (!stopped) {
      timer = setTimeout(() => void look(), EVERY_MS);
      timer.unref();
    }
  };
  void look();
  return {
    refused: () => (missed >= MISSED ? new NoAnswer("the primary does not answer") : null),
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await pool.end().catch(() => undefined);
    },
  };
}
