import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { collectDefaultMetrics, register } from "prom-client";
import type { AlertEngine } from "~/observability/alerts/engine.server.ts";
import { PROBES, PROBE_KEYS, type ProbeKey } from "~/observability/probes/all.ts";
import type { Sampler } from "~/observability/sampler/sampler.server.ts";
import { messageOf } from "~/platform/errors.ts";
import { log } from "~/platform/log.server.ts";
import { singleton } from "~/platform/singleton.ts";
import { statementSums, TopStatements } from "./families/statements.ts";
import type { ProbeAge, ScheduleCount, View } from "./family.ts";
import { PLATFORM_EVERY_MS, PLATFORM_STALE_MS, type PlatformSample } from "./platform.ts";
import { countFindings, samplePlatform } from "./platform.server.ts";
import { SignalCounts } from "./signal-counts.server.ts";
import { BlockCache } from "./block-cache.ts";
import { appendTexts, onlyServer, render } from "./render.ts";

// Half the work for a hundredth more bytes: it is done every few seconds, on a machine that has other things to do.
const FAST_LEVEL = 2;
const zip = (text: Buffer) => promisify(gzip)(text, { level: FAST_LEVEL });
/** What the text format has been since long before there were others. */
export const TEXT_FORMAT = "text/plain; version=0.0.4; charset=utf-8";

const RENDER_MS = 5000;
const OLDEST_MS = 60_000;
const FINDINGS_EVERY_MS = 60_000;
const STALE_TIMES = 3;
const STALE_LEAST_MS = 15_000;

/** Node's own figures under the process's name: web and collector may stand in one text, and several web processes by number. */
export function countProcess(name: "web" | "collector"): void {
  singleton("metrics.process", () => {
    const number = name === "web" ? process.env["INVIGIL_WEB_NUMBER"] : undefined;
    register.setDefaultLabels({ process: name, ...(number ? { web: number } : {}) });
    collectDefaultMetrics();
    return true;
  });
}

export type Rendered = { text: Buffer; zipped: Buffer; at: number; ms: number };
type Whole = Rendered & { servers: readonly string[]; of: Map<string, Promise<Rendered>> };

/** Made on a clock and held as bytes: a scrape only sends them, however many come and whatever the database does. */
export class Exporter {
  private rendered: Whole | null = null;
  private platform: PlatformSample | null = null;
  private readonly signals = new SignalCounts();
  private timers: NodeJS.Timeout[] = [];
  private readonly top = new TopStatements();
  private readonly chosen = new Map<string, { rows: unknown; named: ReadonlySet<string> }>();
  private readonly kept = new BlockCache();
  private rendering: Promise<void> = Promise.resolve();
  private first: Promise<void> | null = null;
  private asking = false;
  private findings: View["findings"] = [];
  private findingsAt = 0;
  private rounds = { n: 0, ms: 0 };

  constructor(
    private readonly sampling: { sampler: Sampler | null; alerts: AlertEngine | null },
    private readonly active: () => boolean,
    private readonly schedules: () => readonly ScheduleCount[],
  ) {}

  start(): void {
    countProcess("collector");
    this.timers = [
      setInterval(() => this.again(), RENDER_MS),
      setInterval(() => void this.askPlatform(), PLATFORM_EVERY_MS),
      // The first look does not wait for the clock.
      setTimeout(() => void this.askPlatform().then(() => this.again()), 1500),
    ];
  }

  stop(): void {
    for (const timer of this.timers) clearInterval(timer);
    this.timers = [];
  }

  /**
   * The latest. Made now only when nothing has been made yet, or for so long that something is wrong with making it, which is
   * then said: what stands still would look like a quiet system. Once for all who ask before it is there.
   */
  async latest(): Promise<Rendered> {
    return this.whole();
  }

  /** The series of one server, made when someone asks and once for each text; null for a name that is not watched. */
  async latestOf(server: string): Promise<Rendered | null> {
    const whole = await this.whole();
    if (!whole.servers.includes(server)) return null;
    const known = whole.of.get(server);
    if (known) return known;
    const text = Buffer.from(onlyServer(String(whole.text), server));
    const made = zip(text).then((zipped) => ({ text, zipped, at: whole.at, ms: whole.ms }));
    whole.of.set(server, made);
    return made;
  }

  private async whole(): Promise<Whole> {
    if (!this.rendered || Date.now() - this.rendered.at > OLDEST_MS)
      await (this.first ??= this.refresh().finally(() => {
        this.first = null;
      }));
    return this.rendered!;
  }

  /** One at a time: a slow one is waited for, not joined by others. */
  refresh(): Promise<void> {
    return (this.rendering = this.rendering.catch(() => undefined).then(() => this.make()));
  }

  private again(): void {
    this.refresh().catch((error: unknown) => log.error({ reason: messageOf(error) }, "metrics could not be gathered"));
  }

  private async make(): Promise<void> {
    const started = performance.now();
    const view = this.view(Date.now());
    const text = Buffer.from(appendTexts(await render(view, this.kept), await register.metrics()));
    this.rounds = { n: this.rounds.n + 1, ms: performance.now() - started };
    const servers = view.targets.map((target) => target.name);
    this.rendered = { text, zipped: await zip(text), at: Date.now(), ms: this.rounds.ms, servers, of: new Map() };
  }

  private async askPlatform(): Promise<void> {
    // While a question is open there is no second one: a locked table does not collect askers.
    if (this.asking || !this.active() || !this.sampling.sampler) return;
    this.asking = true;
    try {
      this.platform = await samplePlatform(this.signals);
      if (Date.now() - this.findingsAt > FINDINGS_EVERY_MS) {
        this.findings = await countFindings(this.sampling.sampler);
        this.findingsAt = Date.now();
      }
    } catch (error) {
      log.warn({ reason: messageOf(error) }, "the platform's figures could not be read");
    } finally {
      this.asking = false;
    }
  }

  private probeAges(now: number): ProbeAge[] {
    const { sampler } = this.sampling;
    if (!sampler) return [];
    return sampler.held().flatMap((sample): ProbeAge[] => {
      const key = PROBE_KEYS.find((one) => PROBES[one].name === sample.probe);
      // What this server can't tell by its version or its part is no fault of the probe.
      if (!key || (!sample.rows && sample.missing?.fromMajor)) return [];
      return [
        {
          server: sample.target,
          probe: sample.probe,
          seconds: (now - sample.at.getTime()) / 1000,
          stale: sample.rows === null || this.isStale(key, sample.at.getTime(), now),
          ms: sample.ms,
          failed: sample.rows === null,
        },
      ];
    });
  }

  private isStale(key: ProbeKey, at: number, now: number): boolean {
    return now - at > Math.max(PROBES[key].everyMs * STALE_TIMES, STALE_LEAST_MS);
  }

  private view(now: number): View {
    const { sampler, alerts } = this.sampling;
    const active = this.active();
    const targets = active && sampler ? sampler.targets() : [];
    const fresh: View["fresh"] = (server, key) => {
      const sample = sampler?.latest(server, key);
      if (!sample?.rows || this.isStale(key, sample.at.getTime(), now)) return null;
      return targets.find((target) => target.name === server)?.reachable === false ? null : sample.rows;
    };
    const platformAge = this.platform ? now - this.platform.at : null;
    return {
      now,
      active,
      targets,
      fresh,
      at: (server, key) => sampler?.latest(server, key)?.at.getTime() ?? null,
      lags: active && sampler ? sampler.lagsNow() : [],
      probes: active ? this.probeAges(now) : [],
      store: sampler?.store.stats ?? { written: 0, spooled: 0, backfilled: 0, dropped: 0 },
      alerts: active ? (alerts?.conditions() ?? []) : [],
      signals: active ? (alerts?.signals(now) ?? []) : [],
      schedules: this.schedules(),
      findings: active && now - this.findingsAt < FINDINGS_EVERY_MS * STALE_TIMES ? this.findings : [],
      rounds: this.rounds,
      platform: active && platformAge !== null && platformAge < PLATFORM_STALE_MS ? this.platform : null,
      platformAgeSeconds: active && platformAge !== null ? platformAge / 1000 : null,
      top: (server) => {
        const rows = fresh(server, "statements");
        const known = this.chosen.get(server);
        if (known?.rows === rows) return known.named;
        const named = this.top.choose(server, statementSums(rows ?? []));
        this.chosen.set(server, { rows, named });
        return named;
      },
    };
  }
}
