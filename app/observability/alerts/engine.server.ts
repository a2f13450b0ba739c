import fs from "node:fs";
import { z } from "zod";
import { clients } from "~/db/clients.server.ts";
import { rows, type Queryable } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { hasPlace } from "~/db/cluster/place.server.ts";
import { env } from "~/platform/env.server.ts";
import { messageOf } from "~/platform/errors.ts";
import { log } from "~/platform/log.server.ts";
import { logHealth } from "~/audit/health.server.ts";
import { readBackupHealth } from "../backups/health.server.ts";
import { PROBES, PROBE_KEYS } from "../probes/all.ts";
import type { Sampler } from "../sampler/sampler.server.ts";
import { Evaluator, type Change, type Condition, type Signal } from "./evaluate.ts";
import { EpisodeStore } from "./episode-store.server.ts";
import { deliverWithoutDatabase } from "./notify.server.ts";
import { RULES, rulesHere, type AlertRule, type Severity } from "./rules.ts";
import { readSignals, type Watch } from "./signals.ts";

const overrideRow = z.object({
  key: z.string(),
  enabled: z.boolean(),
  threshold: z.number().nullable(),
  clear_at: z.number().nullable(),
  for_seconds: z.number().nullable(),
  severity: z.enum(["INFO", "WARNING", "CRITICAL"]).nullable(),
});

const SIGNALS_STALE_MS = 15_000;

export type RuleOverride = z.infer<typeof overrideRow>;

/** The rules as written, with what someone changed about them. */
export function effectiveRules(overrides: readonly RuleOverride[]): (AlertRule & { enabled: boolean; changed: boolean })[] {
  const byKey = new Map(overrides.map((override) => [override.key, override]));
  return rulesHere().map((rule) => {
    const over = byKey.get(rule.key);
    return {
      ...rule,
      threshold: over?.threshold ?? rule.threshold,
      clearAt: over?.clear_at ?? rule.clearAt,
      forSeconds: over?.for_seconds ?? rule.forSeconds,
      severity: (over?.severity as Severity | null) ?? rule.severity,
      enabled: over?.enabled ?? true,
      changed: over !== undefined,
    };
  });
}

export const readOverrides = (on: Queryable = clients().primary) =>
  rows(on, sql`select key, enabled, threshold, clear_at, for_seconds, severity from console.alert_rule`, overrideRow);

/** The cache is judged over so many rounds of the slow lane: five minutes, as shipped. */
const HIT_ROUNDS = 20;

/** Evaluates every rule once a second on the collector's latest samples, and keeps what comes of it. */
export class AlertEngine {
  readonly evaluator = new Evaluator();
  private readonly keeper = new EpisodeStore();
  private rules: readonly (AlertRule & { enabled?: boolean })[] = RULES;
  private slow: Pick<Watch, "slowest" | "hitRatio" | "pools"> = { slowest: null, hitRatio: null, pools: null };
  private disk: Watch["disk"] = null;
  private backups: Watch["backups"] = hasPlace() ? null : undefined;
  private audit: Watch["audit"] = null;
  private readonly lastGood = new Map<string, number>();
  private adopted = false;
  private latest: { at: number; signals: readonly Signal[] } = { at: 0, signals: [] };

  constructor(private readonly sampler: Sampler) {}

  conditions(): Condition[] {
    return this.evaluator.open();
  }

  /** What rules looked at in the last second; nothing when that is long ago. */
  signals(now: number): readonly Signal[] {
    return now - this.latest.at < SIGNALS_STALE_MS ? this.latest.signals : [];
  }

  /** In one transaction: it comes every few seconds, and the watched server counts each. */
  private async readDatabase(): Promise<void> {
    const on = await clients().primary.connect();
    let broken: Error | undefined;
    try {
      await on.query("begin transaction read only");
      this.rules = effectiveRules(await readOverrides(on));
      const [slowest] = await rows(
        on,
        sql`select s.query_id::text as "queryId", sum(s.total_ms) / sum(s.calls) as "meanMs",
                   sum(s.calls)::int as calls, coalesce(max(t.text), '') as text
            from telemetry.statement s
              left join telemetry.query_text t on t.query_id = s.query_id
            where s.at > now() - interval '5 minutes' and s.target = 'primary'
            group by 1
            having sum(s.calls) >= 3
            order by 2 desc
            limit 1`,
        z.object({ queryId: z.string(), meanMs: z.number(), calls: z.number(), text: z.string() }),
      );
      const [hits] = await rows(
        on,
        // Weighed by what was read: a quiet second tells less than a busy one.
        sql`select sum(h.value * b.value) / nullif(sum(b.value), 0) as ratio, avg(b.value) as blocks
            from telemetry.metric h
              join telemetry.metric b on b.at = h.at
                and b.target = h.target
                and b.label = h.label
                and b.name = 'db.blocks_per_s'
            where h.name = 'db.hit_ratio'
              and h.target = 'primary'
              and h.at > ${new Date(Date.now() - HIT_ROUNDS * env().DB_METRICS_INTERVAL)}
              and b.at > ${new Date(Date.now() - HIT_ROUNDS * env().DB_METRICS_INTERVAL)}`,
        z.object({ ratio: z.number().nullable(), blocks: z.number().nullable() }),
      );
      const pools = await rows(
        on,
        sql`select distinct on (process, pool) process, pool, max, total, idle, waiting
            from telemetry.pool
            where at > now() - interval '1 minute'
            order by process, pool, at desc`,
        z.object({
          process: z.string(),
          pool: z.string(),
          max: z.number(),
          total: z.number(),
          idle: z.number(),
          waiting: z.number(),
        }),
      );
      // A ratio of a handful of reads says nothing.
      this.slow = { slowest: slowest ?? null, hitRatio: hits && (hits.blocks ?? 0) > 100 ? hits.ratio : null, pools };
      this.audit = await logHealth(on);
      if (hasPlace()) this.backups = await readBackupHealth(on);
      await on.query("commit");
    } catch (error) {
      await on.query("rollback").catch((lost: Error) => (broken = lost));
      throw error;
    } finally {
      on.release(broken);
    }
  }

  /** What needs the database: rules as changed, the slow lane's sums, pools. Old values stay while it is away. */
  async refresh(): Promise<void> {
    if (!this.adopted) {
      this.evaluator.adopt(await this.keeper.openEpisodes());
      this.adopted = true;
    }
    await this.readDatabase();
    const dir = env().embedded ? env().dataDir : null;
    if (dir && fs.existsSync(dir)) {
      const { blocks, bavail } = await fs.promises.statfs(dir);
      this.disk = { used: blocks > 0 ? 1 - bavail / blocks : 0, where: "the data directory" };
    }
  }

  private staleProbes(now: number): Watch["staleProbes"] {
    const stale: Watch["staleProbes"] = [];
    for (const target of this.sampler.targets()) {
      // What it can't be asked for is no fault of its probes; when it is back, they get their time.
      if (target.reachable === false) for (const key of PROBE_KEYS) this.lastGood.set(`${target.name} ${key}`, now);
      if (target.reachable === false) continue;
      for (const key of PROBE_KEYS) {
        const sample = this.sampler.latest(target.name, key);
        if (!sample) continue;
        const id = `${target.name} ${key}`;
        if (sample.rows) this.lastGood.set(id, sample.at.getTime());
        // What this server can't tell by its version is no fault of the probe.
        if (!sample.rows && sample.missing?.fromMajor) continue;
        const good = this.lastGood.get(id) ?? sample.at.getTime();
        if (!this.lastGood.has(id)) this.lastGood.set(id, good);
        stale.push({
          target: target.name,
          probe: key,
          seconds: Math.max(0, (now - good) / 1000 - PROBES[key].everyMs / 1000),
          reason: sample.missing?.reason ?? "no answer",
        });
      }
    }
    return stale;
  }

  /** By the clock, not by the rounds of a server: the one that hangs has none, and that is what is to be told. */
  second(now: number): void {
    if (!this.adopted && this.sampler.targets().find((state) => state.name === "primary")?.reachable) return;
    const watch: Watch = {
      now,
      targets: this.sampler.targets(),
      latest: (target, key) => this.sampler.latest(target, key),
      lags: this.sampler.lagsNow(),
      ...this.slow,
      disk: this.disk,
      backups: this.backups,
      audit: this.audit,
      staleProbes: this.staleProbes(now),
    };
    const reading = readSignals(watch);
    this.latest = { at: now, signals: reading.signals };
    for (const change of this.evaluator.step(this.rules, reading, now)) this.take(change, now);
  }

  private take(change: Change, now: number): void {
    if (change.kind !== "worse")
      log.info(
        { rule: change.rule.key, target: change.condition.target, kind: change.kind, says: change.condition.says },
        "alert",
      );
    this.keeper.push(change, now);
  }

  /** Writes what happened; what can't be written now is written when the primary is back. */
  async persist(): Promise<void> {
    try {
      await this.keeper.persist();
    } catch (error) {
      log.warn({ reason: messageOf(error) }, "alerts wait to be written");
      await deliverWithoutDatabase(this.keeper.unwritten());
    }
  }
}
