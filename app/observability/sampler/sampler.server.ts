import { clients } from "~/db/clients.server.ts";
import { createPool, type Pool } from "~/db/pool.server.ts";
import { connection, connectionAt, watcherName, type Connection } from "~/db/urls.server.ts";
import { env } from "~/platform/env.server.ts";
import { messageOf } from "~/platform/errors.ts";
import { log } from "~/platform/log.server.ts";
import type { Probe, ServerInfo } from "../probe.ts";
import { PROBES, PROBE_KEYS, type ProbeKey, type ProbeRow } from "../probes/all.ts";
import { LockEpisodes } from "../locks/episodes.server.ts";
import { lockTrees } from "../locks/tree.ts";
import { metricRows, named } from "../metric-series.ts";
import { lagNotTold, lagOf, position, PositionHistory, sameServer, type Lag, type PrimaryEnd } from "../replication/lag.ts";
import { Texts } from "../queries/texts.server.ts";
import type { Recorded } from "../series.ts";
import type { TargetKind } from "../target.ts";
import { Changes } from "./changes.ts";
import { Lane } from "./lane.server.ts";
import { Memory } from "./memory.ts";
import { Recorder } from "./recorder.ts";
import { isKnown, type Sample } from "./sample.ts";
import { Store } from "./store.server.ts";
import type { Maker } from "./terms.server.ts";
import { recordTick, tickOf } from "./tick.ts";

export type WatchedTarget = { name: string; kind: TargetKind; open(lane: "fast" | "slow"): Pool };

export type TargetState = {
  name: string;
  kind: TargetKind;
  reachable: boolean | null;
  error: string | null;
  since: Date | null;
  server: ServerInfo | null;
};

/** A sample without what it brought: its rows are asked for by themselves, and only when there are new ones. */
export type SampleAge = Omit<Sample, "rows" | "sql"> & { rows: number | null };

export const ageOf = ({ probe, target, at, ms, missing, rows }: Sample): SampleAge => ({
  probe,
  target,
  at,
  ms,
  missing,
  rows: rows?.length ?? null,
});

export type Snapshot = {
  at: Date;
  targets: TargetState[];
  samples: SampleAge[];
  lags: Lag[];
  store: Store["stats"] & { waiting: number };
};

function observerPool(name: string, target: Connection, lane: "fast" | "slow"): Pool {
  return createPool(`observer ${name} ${lane}`, {
    ...target,
    applicationName: watcherName(`collector observer ${lane}`),
    max: 1,
    connectTimeoutMs: 2000,
    idleTimeoutMs: 0,
    lockTimeoutMs: 100,
    queryTimeoutMs: lane === "fast" ? 3000 : 15_000,
  });
}

/** The primary, and each standby by its place in the configuration. */
export function watchedTargets(): WatchedTarget[] {
  return [
    { name: "primary", kind: "primary", open: (lane) => observerPool("primary", connection("observer"), lane) },
    ...env().replicas.map((replica, index): WatchedTarget => ({
      name: `standby-${index + 1}`,
      kind: "standby",
      open: (lane) => observerPool(`standby-${index + 1}`, connectionAt("observer", replica.url), lane),
    })),
  ];
}

/** After so long without a word of ours it may have been another's turn meanwhile. */
const OF_ANOTHER_MS = 5000;

export class Sampler {
  readonly memory = new Memory();
  readonly store: Store;
  readonly episodes = new LockEpisodes();
  private readonly samples = new Map<string, Map<string, Sample>>();
  private readonly recorders = new Map<string, Recorder>();
  private readonly lanes: { target: WatchedTarget; fast: Lane; slow: Lane }[];
  private readonly history = new PositionHistory();
  private readonly changes = new Changes();
  private readonly texts = new Texts();
  private primaryEnd: { lsn: bigint; at: number } | null = null;
  private lags = new Map<string, Lag>();
  private recalled: "not" | "asked" | "done" = "not";
  private persisted = -Infinity;

  constructor(
    targets: readonly WatchedTarget[],
    private readonly active: () => boolean,
    private readonly maker: () => Maker = () => ({}),
  ) {
    this.store = new Store(maker);
    const ready = () => this.ready();
    this.lanes = targets.map((target) => ({
      target,
      fast: this.lane(target, "fast", ready),
      slow: this.lane(target, "slow", ready),
    }));
  }

  /** Each time it is its turn it begins with what the one before it knew: that one may have noticed changes since. */
  private ready(): boolean {
    if (!this.active()) this.recalled = "not";
    else if (this.recalled === "not") {
      this.recalled = "asked";
      void this.recall().finally(() => (this.recalled = "done"));
    }
    return this.recalled === "done";
  }

  private lane(target: WatchedTarget, lane: "fast" | "slow", active: () => boolean): Lane {
    const scale = env().DB_METRICS_INTERVAL / 15_000;
    const probes = PROBE_KEYS.map((key) => PROBES[key] as Probe)
      .filter((probe) => probe.lane === lane)
      .map((probe) => (lane === "slow" ? { ...probe, everyMs: Math.max(1000, probe.everyMs * scale) } : probe));
    return new Lane({
      target: target.name,
      lane,
      probes,
      open: () => target.open(lane),
      active,
      onRound: (at, samples) => this.round(target.name, lane, at, samples),
      onReachable: (state) => {
        log.info({ target: target.name, lane, reachable: state.reachable, reason: state.error }, "watched server");
        if (lane === "fast") this.keep(this.changes.reachable(target.name, state.reachable === true, state.error));
        if (state.reachable) this.recorders.get(target.name)?.forget();
      },
    });
  }

  start(): void {
    this.store.start();
    for (const { fast, slow } of this.lanes) {
      fast.start();
      slow.start();
    }
  }

  async stop(): Promise<void> {
    await Promise.all(this.lanes.flatMap(({ fast, slow }) => [fast.stop(), slow.stop()]));
    await this.store.stop();
  }

  latest<K extends ProbeKey>(target: string, key: K): Sample<ProbeRow<K>> | null {
    return (this.samples.get(target)?.get(PROBES[key].name) as Sample<ProbeRow<K>> | undefined) ?? null;
  }

  targets(): TargetState[] {
    return this.lanes.map(({ target, fast, slow }) => ({
      name: target.name,
      kind: target.kind,
      ...fast.state,
      server: fast.info() ?? slow.info(),
    }));
  }

  /** Everything that is known now: what pages, metrics, findings and alerts are made of. */
  held(): Sample[] {
    return [...this.samples.values()].flatMap((byProbe) => [...byProbe.values()]);
  }

  snapshot(): Snapshot {
    return {
      at: new Date(),
      targets: this.targets(),
      samples: this.held().map(ageOf),
      lags: this.lagsNow(),
      store: { ...this.store.stats, waiting: this.store.waiting },
    };
  }

  private keep(rows: readonly Recorded[]): void {
    for (const { table, row } of rows) this.store.add(table, row);
  }

  private recorder(target: string): Recorder {
    const known = this.recorders.get(target);
    if (known) return known;
    const made = new Recorder(target);
    this.recorders.set(target, made);
    return made;
  }

  private async round(target: string, lane: "fast" | "slow", at: Date, samples: Sample[]): Promise<void> {
    const held = this.samples.get(target) ?? new Map<string, Sample>();
    this.samples.set(target, held);
    for (const sample of samples) held.set(sample.probe, sample);
    if (lane === "slow") {
      for (const sample of samples) await this.slow(target, sample);
      return;
    }
    this.tick(target, at, samples);
  }

  private tick(target: string, at: Date, samples: readonly Sample[]): void {
    const of = <K extends ProbeKey>(key: K) =>
      samples.find((sample) => sample.probe === PROBES[key].name) as Sample<ProbeRow<K>> | undefined;
    const [activity, backends, locks, here] = [of("activity"), of("backends"), of("locks"), of("position")];
    const tick = activity && backends ? tickOf(at, activity, backends) : null;
    if (tick) {
      this.memory.add(target, tick);
      this.keep(recordTick(target, tick));
    }
    if (locks && isKnown(locks)) this.episodes.see(target, at, lockTrees(locks.rows));
    if (here && isKnown(here) && here.rows[0]) this.place(target, at, here.rows[0]);
    else if (here && target !== "primary")
      this.lags.set(target, lagNotTold(target, this.primaryNow(), here.missing?.reason ?? "It returned nothing."));
  }

  /** Where this server stands in the log, and what that says about lag. */
  private place(target: string, at: Date, row: ProbeRow<"position">): void {
    this.keep(this.changes.server(target, row.started_at, row.recovering));
    if (target === "primary") {
      if (row.written) {
        this.primaryEnd = { lsn: position(row.written), at: row.now.getTime() };
        this.history.add(this.primaryEnd.at, this.primaryEnd.lsn);
      }
      return;
    }
    const primary = this.latest("primary", "position")?.rows?.[0];
    // All nodes may be listed as replicas, the leader among them: it is the primary under a second name, and no standby.
    if (primary && sameServer(primary, row)) {
      this.lags.delete(target);
      return;
    }
    const lag = lagOf(target, row, this.primaryNow(), this.history);
    this.lags.set(target, lag);
    if (at.getTime() % 5000 !== 0) return;
    const receiving = lag.receiving === null ? null : Number(lag.receiving);
    const numbers = [named("lag.bytes", lag.bytes), named("lag.seconds", lag.seconds), named("lag.receiving", receiving)];
    this.keep(metricRows(at, target, numbers));
  }

  private primaryNow(): PrimaryEnd | null {
    return this.primaryEnd && { ...this.primaryEnd, fresh: Date.now() - this.primaryEnd.at < 5000 };
  }

  /** A standby that can't be asked is not "as it was". */
  lagsNow(): Lag[] {
    return this.lanes
      .filter(({ target }) => target.kind === "standby")
      .map(({ target, fast }) =>
        fast.state.reachable === false ? lagOf(target.name, null, this.primaryNow(), null) : this.lags.get(target.name),
      )
      .filter((lag) => lag !== undefined);
  }

  private async slow(target: string, sample: Sample): Promise<void> {
    const recorder = this.recorder(target);
    const monotonic = performance.now();
    const epoch = String(this.latest(target, "database")?.rows?.[0]?.stats_reset?.getTime());
    switch (sample.probe) {
      case "statements": {
        const deltas = await recorder.statementDeltas(sample as Sample<ProbeRow<"statements">>, monotonic);
        this.keep(recorder.recordStatements(sample.at, deltas));
        const lane = this.lanes.find((lane) => lane.target.name === target)!.slow;
        const server = lane.info();
        if (server?.statements && isKnown(sample))
          await this.texts.fetch(
            lane.connection(),
            server,
            (sample as Sample<ProbeRow<"statements">>).rows!.map((row) => row.query_id),
          );
        return;
      }
      case "database":
        this.keep(this.changes.statistics(target, sample as Sample<ProbeRow<"database">>));
        break;
      case "settings":
        this.keep(this.changes.settings(target, sample as Sample<ProbeRow<"settings">>));
        break;
    }
    this.keep(await recorder.record(sample, monotonic, epoch));
  }

  /** What was known of settings before this process began its turn: a change across a restart is a change too. */
  private async recall(): Promise<void> {
    try {
      const known = await clients().primary.query<{ target: string; name: string; value: string }>(
        "select target, name, value from telemetry.setting",
      );
      this.changes.recall(known.rows);
    } catch (error) {
      log.warn({ reason: messageOf(error) }, "earlier settings could not be read");
    }
  }

  /** Written beside the samples: few rows, and only when something changed. Not before it is known whose turn it is. */
  async persist(): Promise<void> {
    if (this.maker().provisional) return;
    const idle = performance.now() - this.persisted;
    if (idle > OF_ANOTHER_MS) await this.episodes.endThoseOfOthers();
    this.persisted = performance.now();
    await this.episodes.persist();
    await this.texts.persist();
    const { settings, written } = this.changes.unwritten();
    if (settings.length === 0) return;
    await clients().primary.query({
      text: `insert into telemetry.setting (target, name, value, at) select t.*, now() from unnest($1::text[], $2::text[], $3::text[]) t
             on conflict (target, name) do update set value = excluded.value, at = excluded.at`,
      values: [
        settings.map((setting) => setting.target),
        settings.map((setting) => setting.name),
        settings.map((setting) => setting.value),
      ],
    });
    written();
  }
}
