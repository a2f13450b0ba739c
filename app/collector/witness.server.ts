import { anchorFile, signingKey } from "~/audit/keys.server.ts";
import { createWitness } from "~/audit/witness.server.ts";
import { rolePool } from "~/db/clients.server.ts";
import { messageOf } from "~/platform/errors.ts";
import { log } from "~/platform/log.server.ts";

const EVERY_MS = 5000;

/** A collector that waits for its turn keeps its anchor up with the one that works: what is cut there is known here. */
export function startWitness(active: () => boolean): { stop(): Promise<void> } {
  const witness = createWitness(signingKey(), anchorFile());
  let busy: Promise<unknown> = Promise.resolve();
  let said = "";
  const look = async () => {
    if (active()) return;
    try {
      await witness.look(rolePool("sequencer"));
      said = "";
    } catch (error) {
      // A log that is not continued stays so: once is enough.
      if (said !== messageOf(error)) log.error({ reason: messageOf(error) }, "the log's head is not anchored here");
      said = messageOf(error);
    }
  };
  const timer = setInterval(() => (busy = busy.then(look)), EVERY_MS);
  timer.unref();
  return {
    async stop() {
      clearInterval(timer);
      await busy;
    },
  };
}
