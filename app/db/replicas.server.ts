import type { Pool } from "./pool.server.ts";
import type { SilenceWatch } from "./silence.ts";

type Member = { name: string; weight: number; pool: Pool; check: Pool; silence: SilenceWatch };
type State = { healthy: boolean; replayed: bigint; checkedAt: number; error: string | null };
export type ReplicaStatus = Member & State;

export type Replicas = {
  all(): ReplicaStatus[];
  /** A healthy standby that has replayed `after` and what the primary wrote until a moment ago, by weighted round-robin; null means the primary. */
  pick(after?: string): ReplicaStatus | null;
  fail(name: string, reason: string): void;
  check(): Promise<void>;
  stop(): Promise<void>;
};

/** "16/B374D848" as one number, so that positions compare. */
function lsn(text: string): bigint {
  const [high = "0", low = "0"] = text.split("/");
  return (BigInt(`0x${high}`) << 32n) + BigInt(`0x${low}`);
}

const CHECK_EVERY_MS = 1000;
/** A standby that could not be asked for this long is not trusted with what it last said. */
const TRUST_MS = 5000;
/** Nobody is shown a world older than about this while the primary could tell better, whatever they wrote themselves. */
const BEHIND_MS = 5000;

/** `position`: where the primary's log was so long ago, null when that is not known. */
export function createReplicas(members: Member[], position: (msAgo: number) => string | null = () => null): Replicas {
  const states: ReplicaStatus[] = members.map((member) => ({
    ...member,
    healthy: false,
    replayed: 0n,
    checkedAt: 0,
    error: null,
  }));
  // Smooth weighted round-robin: each pick adds every weight, takes the highest, and pays the total back.
  const credit = new Map<string, number>(states.map((state) => [state.name, 0]));
  let timer: NodeJS.Timeout | undefined;
  let checking: Promise<void> | undefined;

  const checkOne = async (state: ReplicaStatus) => {
    try {
      // On a connection of its own: a pool that is used up is no standby that is gone.
      const result = await state.check.query<{ replayed: string | null; recovering: boolean }>({
        text: "select pg_last_wal_replay_lsn()::text as replayed, pg_is_in_recovery() as recovering",
      });
      const row = result.rows[0]!;
      state.healthy = true;
      // A promoted standby has replayed everything there is on its own timeline; reads there are no worse.
      state.replayed = row.recovering ? lsn(row.replayed ?? "0/0") : BigInt("0xffffffffffffffff");
      state.error = null;
      state.silence.answered();
    } catch (error) {
      state.silence.unanswered();
      state.healthy = false;
      state.error = error instanceof Error ? error.message : String(error);
    }
    state.checkedAt = Date.now();
  };

  const check = () =>
    (checking ??= Promise.all(states.map(checkOne)).then(() => {
      checking = undefined;
    }));

  if (states.length > 0) {
    timer = setInterval(() => void check(), CHECK_EVERY_MS);
    timer.unref();
    void check();
  }

  return {
    all: () => states,
    pick(after) {
      const needed = [after, position(BEHIND_MS)].reduce((most, one) => (one && lsn(one) > most ? lsn(one) : most), 0n);
      const fresh = Date.now() - TRUST_MS;
      const able = states.filter((state) => state.healthy && state.checkedAt > fresh && state.replayed >= needed);
      if (able.length === 0) return null;
      const total = able.reduce((sum, state) => sum + state.weight, 0);
      for (const state of able) credit.set(state.name, (credit.get(state.name) ?? 0) + state.weight);
      const best = able.reduce((a, b) => ((credit.get(b.name) ?? 0) > (credit.get(a.name) ?? 0) ? b : a));
      credit.set(best.name, (credit.get(best.name) ?? 0) - total);
      return best;
    },
    fail(name, reason) {
      const state = states.find((candidate) => candidate.name === name);
      if (state) Object.assign(state, { healthy: false, error: reason });
    },
    check,
    async stop() {
      clearInterval(timer);
      await Promise.allSettled(states.map((state) => state.check.end()));
    },
  };
}
