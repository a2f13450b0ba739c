import type { Socket } from "node:net";
import type pg from "pg";

export type Silence = {
  /** Why no connection is lent right now. */
  refused(): Error | null;
  /** Calls `cut` when the server falls silent, unless the returned function was called before. */
  onSilence(cut: (reason: Error) => void): () => void;
};

class NoAnswer extends Error {
  readonly code = "08006";
}

/** One late answer is a busy machine; two in a row are a server that does not answer. */
const MISSED = 2;

/** Counts what someone who looks regularly found, and cuts what waits when the server falls silent. */
export class SilenceWatch implements Silence {
  private missed = 0;
  private readonly waiting = new Set<(reason: Error) => void>();

  constructor(private readonly server: string) {}

  get listening(): boolean {
    return this.missed === 0;
  }

  /** True when it had been silent. */
  answered(): boolean {
    const was = this.missed >= MISSED;
    this.missed = 0;
    return was;
  }

  /** True when this made it silent. */
  unanswered(): boolean {
    if (++this.missed !== MISSED) return false;
    const reason = this.refused()!;
    for (const cut of this.waiting) cut(reason);
    this.waiting.clear();
    return true;
  }

  readonly refused = (): Error | null => (this.missed >= MISSED ? new NoAnswer(`${this.server} does not answer`) : null);

  readonly onSilence = (cut: (reason: Error) => void): (() => void) => {
    this.waiting.add(cut);
    return () => void this.waiting.delete(cut);
  };
}

/** Gives up on `work` when the server falls silent; what comes too late is handed to `late`. */
export function unlessSilent<T>(work: Promise<T>, onSilence: Silence["onSilence"], late: (value: T) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    let cut = false;
    const stop = onSilence((reason) => {
      cut = true;
      reject(reason);
    });
    work.then((value) => (cut ? late(value) : resolve(value)), reject).finally(stop);
  });
}

/**
 * For reads, and for what may be repeated: when the server falls silent the connection is destroyed, so that what waits on
 * it fails at once and can be asked of another server, instead of after a timeout.
 */
export async function cutWhenSilent<T>(
  pool: { onSilence: Silence["onSilence"] },
  client: pg.PoolClient,
  run: () => Promise<T>,
): Promise<T> {
  const { stream } = (client as unknown as { connection: { stream: Socket } }).connection;
  const stop = pool.onSilence(() => stream.destroy());
  try {
    return await run();
  } finally {
    stop();
  }
}
