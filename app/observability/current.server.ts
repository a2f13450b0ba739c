import { createPool, type Pool } from "~/db/pool.server.ts";
import { connection, connectionAt, watcherName } from "~/db/urls.server.ts";
import { env } from "~/platform/env.server.ts";
import { messageOf } from "~/platform/errors.ts";
import { singleton } from "~/platform/singleton.ts";
import type { Source } from "./source.ts";
import type { Probe, ServerInfo } from "./probe.ts";
import { PROBES, type ProbeKey, type ProbeRow } from "./probes/all.ts";
import { lagNotTold, lagOf, position, sameServer, type Lag } from "./replication/lag.ts";
import { ask, examineServer, Unreachable } from "./sampler/ask.server.ts";
import { askCollector, askForSample } from "./sampler/collector-link.server.ts";
import type { Sample } from "./sampler/sample.ts";
import type { SampleAge, Snapshot, TargetState } from "./sampler/sampler.server.ts";
import { targetLabel } from "./target.ts";

/**
 * What is known now: the collector's latest samples, and where it is away or behind, the same probe asked here over a
 * small pool of the observer (two connections a server, kept free by reserved_connections).
 */
type Held = {
  pools: Map<string, Pool>;
  servers: Map<string, { at: number; info: ServerInfo }>;
  snapshot: { at: number; value: Promise<Snapshot | null> } | null;
  samples: Map<string, { at: number; value: Promise<Sample | null> }>;
};

const held = () =>
  singleton<Held>("observability.current", () => ({ pools: new Map(), servers: new Map(), snapshot: null, samples: new Map() }));

export const targetNames = (): string[] => ["primary", ...env().replicas.map((_, index) => `standby-${index + 1}`)];

/** For live questions to one server. */
function livePool(target: string): Pool {
  const { pools } = held();
  const known = pools.get(target);
  if (known) return known;
  const index = Number(/^standby-(\d+)$/.exec(target)?.[1] ?? 0);
  const replica = env().replicas[index - 1];
  const where = target === "primary" || !replica ? connection("observer") : connectionAt("observer", replica.url);
  const made = createPool(`live ${target}`, {
    ...where,
    applicationName: watcherName(`${process.env["INVIGIL_PROCESS"] ?? "cli"} observer`),
    max: 2,
    connectTimeoutMs: 2000,
    idleTimeoutMs: 20_000,
    lockTimeoutMs: 100,
    queryTimeoutMs: 12_000,
  });
  pools.set(target, made);
  return made;
}

export async function closeLivePools(): Promise<void> {
  const { pools, servers } = held();
  await Promise.allSettled([...pools.values()].map((pool) => pool.end()));
  pools.clear();
  servers.clear();
}

const SNAPSHOT_MS = 500;

export function snapshot(): Promise<Snapshot | null> {
  const state = held();
  if (state.snapshot && Date.now() - state.snapshot.at < SNAPSHOT_MS) return state.snapshot.value;
  const value = askCollector<Snapshot>("/internal/snapshot");
  state.snapshot = { at: Date.now(), value };
  return value;
}

const SERVER_MS = 30_000;

async function serverOf(target: string): Promise<ServerInfo> {
  const { servers } = held();
  const known = servers.get(target);
  if (known && Date.now() - known.at < SERVER_MS) return known.info;
  const info = await examineServer(livePool(target));
  servers.set(target, { at: Date.now(), info });
  return info;
}

/** Why the collector, which tries each second, can't reach a server: whoever asks again would only wait for it. */
async function awayReason(target: string): Promise<string | null> {
  const away = (await snapshot())?.targets.find((one) => one.name === target && one.reachable === false);
  return away ? (away.error ?? "it does not answer") : null;
}

const lost = <Row>(probe: Probe<Row>, target: string, reason: string): Sample<Row> => ({
  probe: probe.name,
  target,
  at: new Date(),
  ms: 0,
  rows: null,
  missing: { reason: `${targetLabel(target)} can't be reached: ${reason}`, grant: null },
  sql: "",
});

const probeOf = <K extends ProbeKey>(key: K) => PROBES[key] as unknown as Probe<ProbeRow<K>>;

/** Asked of the server itself, now; while this process gets no connection, the collector's last sample, with why. */
export const live = <K extends ProbeKey>(key: K, target = "primary"): Promise<Sample<ProbeRow<K>>> =>
  askNow(probeOf(key), target);

/** The same of a question that the collector never asks. */
export async function askNow<Row>(probe: Probe<Row>, target: string): Promise<Sample<Row>> {
  const away = await awayReason(target);
  if (away !== null) return lost(probe, target, away);
  try {
    const server = await serverOf(target).catch((error: unknown) => {
      throw new Unreachable(messageOf(error));
    });
    return await ask(livePool(target), probe, target, server);
  } catch (error) {
    held().servers.delete(target);
    if (!(error instanceof Unreachable)) throw error;
    return (await lastKnown(probe, target, error.message)) ?? lost(probe, target, error.message);
  }
}

/**
 * The collector holds its connections: with every other one used up it still samples, and a sample of a second ago is
 * better than none. Not of a server that it can't reach itself: what that one said before is not how it is.
 */
async function lastKnown<Row>(probe: Probe<Row>, target: string, reason: string): Promise<Sample<Row> | null> {
  const known = await snapshot();
  if (!known?.targets.some((one) => one.name === target && one.reachable === true)) return null;
  const age = known.samples.find((sample) => sample.probe === probe.name && sample.target === target);
  const sample = age && age.rows !== null ? await sampleOf(age) : null;
  return sample?.rows ? { ...(sample as Sample<Row>), late: reason } : null;
}

export type Late = { at: Date; reason: string };

/** Of several samples the oldest that could not be asked for now: a page says how old what it shows is. */
export function lateOf(...samples: readonly Sample<unknown>[]): Late | null {
  const [oldest] = samples.filter((sample) => sample.late && sample.rows).sort((a, b) => a.at.getTime() - b.at.getTime());
  return oldest ? { at: oldest.at, reason: oldest.late! } : null;
}

/** What the collector's latest sample brought; asked for once for each sample, not once for each page. */
function sampleOf({ target, probe, at }: SampleAge): Promise<Sample | null> {
  const { samples } = held();
  const key = `${target} ${probe}`;
  const known = samples.get(key);
  if (known?.at === at.getTime()) return known.value;
  const asked = { at: at.getTime(), value: askForSample(target, probe) };
  samples.set(key, asked);
  void asked.value.then((sample) => {
    // It may be newer than what was told of it; one that did not come is asked for again.
    if (sample) asked.at = sample.at.getTime();
    else if (samples.get(key) === asked) samples.delete(key);
  });
  return asked.value;
}

/** The collector's sample while it is fresh, else asked now. What a server said before it went away is not current. */
export async function current<K extends ProbeKey>(key: K, target = "primary"): Promise<Sample<ProbeRow<K>>> {
  const probe = probeOf(key);
  const away = await awayReason(target);
  if (away !== null) return lost(probe, target, away);
  const known = (await snapshot())?.samples.find((sample) => sample.probe === probe.name && sample.target === target);
  const fresh = known && Date.now() - known.at.getTime() < Math.max(5000, probe.everyMs * 3);
  const sample = fresh && known.rows !== null ? await sampleOf(known) : null;
  return sample?.rows ? (sample as Sample<ProbeRow<K>>) : live(key, target);
}

export async function targetStates(): Promise<TargetState[]> {
  const known = (await snapshot())?.targets;
  if (known && known.length > 0) return known;
  return Promise.all(
    targetNames().map(async (name): Promise<TargetState> => {
      const kind = name === "primary" ? ("primary" as const) : ("standby" as const);
      try {
        const server = await examineServer(livePool(name));
        return { name, kind, reachable: true, error: null, since: null, server };
      } catch (error) {
        return { name, kind, reachable: false, error: messageOf(error), since: null, server: null };
      }
    }),
  );
}

/** Lag of every standby: from the collector, which remembers when the primary was where, else from both ends now. */
export async function currentLags(): Promise<Lag[]> {
  const known = await snapshot();
  if (known && Date.now() - known.at.getTime() < 5000 && known.lags.length > 0) return known.lags;
  const main = await live("position", "primary");
  const end = main.rows?.[0]?.written;
  const primary = end ? { lsn: position(end), at: main.at.getTime(), fresh: true } : null;
  const lags = await Promise.all(
    targetNames()
      .filter((name) => name !== "primary")
      .map(async (name) => {
        const sample = await live("position", name);
        // The leader, listed among the replicas: the primary under a second name.
        if (main.rows?.[0] && sample.rows?.[0] && sameServer(main.rows[0], sample.rows[0])) return null;
        return sample.missing && !(await awayReason(name))
          ? lagNotTold(name, primary, sample.missing.reason)
          : lagOf(name, sample.rows?.[0] ?? null, primary, null);
      }),
  );
  return lags.filter((lag) => lag !== null);
}

/** What a panel shows behind "source". */
export function sourceOf(sample: Sample): Source {
  return {
    sql: sample.sql,
    target: targetLabel(sample.target),
    at: sample.at.toISOString().replace("T", " ").slice(0, 19),
    error: sample.missing?.reason ?? sample.late ?? null,
  };
}
