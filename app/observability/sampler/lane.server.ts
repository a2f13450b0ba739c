import type { Pool } from "~/db/pool.server.ts";
import { messageOf } from "~/platform/errors.ts";
import { log } from "~/platform/log.server.ts";
import type { Probe, ServerInfo } from "../probe.ts";
import { ask, askTogether, examineServer, Unreachable } from "./ask.server.ts";
import type { Sample } from "./sample.ts";

type Due = { probe: Probe; next: number; failures: number };

export type LaneState = { reachable: boolean | null; error: string | null; since: Date | null };

export type LaneOptions = {
  target: string;
  lane: "fast" | "slow";
  probes: readonly Probe[];
  /** One connection, opened when it is first needed and again after it was lost. */
  open(): Pool;
  active(): boolean;
  onRound(at: Date, samples: Sample[]): Promise<void> | void;
  onReachable(state: LaneState): void;
};

const MAX_BACKOFF_MS = 60_000;
const EXAMINE_MS = 60_000;
/** A probe that may take no longer shares a transaction with others. */
const QUICK_MS = 2000;
const TOGETHER_MS = 1000;

/** One lane of one server: its probes in turn on its one connection, each on its own clock, a failing one backing off alone. */
export class Lane {
  private pool: Pool | null = null;
  private server: ServerInfo | null = null;
  private examined = 0;
  private stopped = false;
  private loop: Promise<void> | null = null;
  private wake: (() => void) | null = null;
  readonly state: LaneState = { reachable: null, error: null, since: null };
  private readonly due: Due[];
  private lost = 0;
  private lastSecond = 0;

  constructor(private readonly options: LaneOptions) {
    this.due = options.probes.map((probe) => ({ probe, next: 0, failures: 0 }));
  }

  start(): void {
    this.loop = this.run();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.wake?.();
    await Promise.race([this.loop, new Promise((resolve) => setTimeout(resolve, 1500))]);
    await this.close();
  }

  info(): ServerInfo | null {
    return this.server;
  }

  connection(): Pool {
    return (this.pool ??= this.options.open());
  }

  private async close(): Promise<void> {
    const pool = this.pool;
    this.pool = null;
    this.server = null;
    await pool?.end().catch(() => undefined);
  }

  private sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, Math.max(1, ms));
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  private async run(): Promise<void> {
    while (!this.stopped) {
      if (!this.options.active()) {
        if (this.pool) await this.close();
        await this.sleep(500);
        continue;
      }
      try {
        await this.round();
      } catch (error) {
        log.warn({ target: this.options.target, lane: this.options.lane, reason: messageOf(error) }, "a sampling round failed");
      }
      // A little after the whole second: a timer that fires a moment early would look at the same second twice.
      if (this.options.lane === "fast") await this.sleep(1020 - (Date.now() % 1000));
      else await this.sleep(Math.max(100, Math.min(...this.due.map((due) => due.next)) - performance.now()));
    }
  }

  private reachable(error: string | null): void {
    const now = error === null;
    if (this.state.reachable === now && this.state.error === error) return;
    if (this.state.reachable !== now) this.state.since = new Date();
    this.state.reachable = now;
    this.state.error = error;
    this.options.onReachable(this.state);
  }

  /** What is due, and of the slow lane what will be in a moment: it is asked in the same transaction. */
  private dueNow(server: ServerInfo): Due[] {
    const now = performance.now();
    if (!this.due.some((due) => due.next <= now)) return [];
    const until = this.options.lane === "slow" ? now + TOGETHER_MS : now;
    return this.due.filter((due) => {
      if (due.next > until) return false;
      if (!due.probe.on || (due.probe.on === "standby") === server.recovering) return true;
      due.next = now + due.probe.everyMs;
      return false;
    });
  }

  /** Samples of the slow lane go on one by one, as soon as they are there. */
  private async hand(samples: Sample[]): Promise<void> {
    while (samples.length > 0) {
      const sample = samples.shift()!;
      await this.options.onRound(sample.at, [sample]);
    }
  }

  private async round(): Promise<void> {
    const at = new Date(Math.floor(Date.now() / 1000) * 1000);
    if (this.options.lane === "fast" && at.getTime() === this.lastSecond) return;
    this.lastSecond = at.getTime();
    const samples: Sample[] = [];
    try {
      const pool = this.connection();
      if (!this.server || performance.now() - this.examined > EXAMINE_MS) {
        this.server = await examineServer(pool).catch((error: unknown) => {
          throw new Unreachable(messageOf(error));
        });
        this.examined = performance.now();
      }
      const done = (one: Due, sample: Sample) => {
        one.failures = sample.rows ? 0 : one.failures + 1;
        const wait =
          one.failures === 0 ? one.probe.everyMs : Math.min(MAX_BACKOFF_MS, one.probe.everyMs * 2 ** Math.min(one.failures, 6));
        // A fast probe is due on the next whole second; a little early, so that a round that ran long skips none.
        one.next = performance.now() + (this.options.lane === "fast" && one.failures === 0 ? wait - 900 : wait);
        samples.push(sample);
      };
      const due = this.dueNow(this.server);
      const byProbe = new Map(due.map((due) => [due.probe, due]));
      const quick = due.filter((due) => due.probe.timeoutMs <= QUICK_MS);
      await askTogether(
        pool,
        quick.map((due) => due.probe),
        this.options.target,
        this.server,
        (sample, probe) => done(byProbe.get(probe)!, sample),
      );
      if (this.options.lane === "slow") await this.hand(samples);
      // One that may take long holds no transaction open for the others.
      for (const slow of due.filter((other) => !quick.includes(other))) {
        if (this.stopped) break;
        done(slow, await ask(pool, slow.probe, this.options.target, this.server));
        await this.hand(samples);
      }
      this.lost = 0;
      this.reachable(null);
    } catch (error) {
      if (!(error instanceof Unreachable)) throw error;
      this.lost++;
      await this.close();
      this.reachable(error.message);
      // The fast lane tries every second; the slow one, which has more to lose than to win, waits longer each time.
      if (this.options.lane === "slow")
        for (const due of this.due) due.next = Math.max(due.next, performance.now() + Math.min(10_000, 1000 * this.lost));
    }
    if (samples.length > 0) await this.options.onRound(at, samples);
  }
}
