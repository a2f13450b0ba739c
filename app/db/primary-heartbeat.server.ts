import { log } from "~/platform/log.server.ts";
import { messageOf } from "~/platform/errors.ts";
import { createPool } from "./pool.server.ts";
import { isConnectionLoss } from "./retry.ts";
import { SilenceWatch, type Silence } from "./silence.ts";
import type { Connection } from "./urls.server.ts";

const EVERY_MS = 1000;
/** While it is silent: whoever waits for it wants to know at once that it is back. */
const EVERY_SILENT_MS = 250;
const PATIENCE_MS = 1500;
const BUSY_MS = 2 * PATIENCE_MS + 500;

export type Heartbeat = Silence & {
  /** Where the primary's log was this long ago; null while it does not answer, or when nobody looked that early. */
  position(msAgo: number): string | null;
  stop(): Promise<void>;
};

/** As long as anyone asks back. */
const REMEMBERED = 30;

/**
 * Whether the primary answers at all, looked at on a connection of its own. A server that hangs takes connections and
 * says nothing: without this each request waits for its timeout, and the pages that could say so are gone with the rest.
 */
export function startHeartbeat(target: Connection, process: string): Heartbeat {
  const pool = createPool("pulse", {
    ...target,
    applicationName: `${process} pulse`,
    max: 1,
    connectTimeoutMs: PATIENCE_MS,
    queryTimeoutMs: PATIENCE_MS,
    idleTimeoutMs: 0,
  });
  const seen: { at: number; lsn: string }[] = [];
  const watch = new SilenceWatch("the primary");
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  const look = async () => {
    const started = performance.now();
    try {
      const { rows } = await pool.query<{ lsn: string | null }>(
        "select case when not pg_is_in_recovery() then pg_current_wal_lsn()::text end as lsn",
      );
      const { lsn } = rows[0]!;
      if (lsn) seen.unshift({ at: Date.now(), lsn });
      seen.length = Math.min(seen.length, REMEMBERED);
      if (watch.answered()) log.info("the primary answers again");
    } catch (error) {
      // One that answers with a refusal is there: only silence counts.
      // A timer that rang late says that this process was busy, not that the server was silent.
      const busy = performance.now() - started > BUSY_MS;
      if (isConnectionLoss(error) && !busy && watch.unanswered())
        log.warn({ reason: messageOf(error) }, "the primary does not answer");
    }
    if (!stopped) {
      timer = setTimeout(() => void look(), watch.listening ? EVERY_MS : EVERY_SILENT_MS);
      timer.unref();
    }
  };
  void look();
  return {
    refused: watch.refused,
    onSilence: watch.onSilence,
    position(msAgo) {
      const until = Date.now() - msAgo;
      return watch.listening ? (seen.find((one) => one.at <= until)?.lsn ?? null) : null;
    },
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await pool.end().catch(() => undefined);
    },
  };
}
