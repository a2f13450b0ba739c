import fs from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { RULES } from "../../app/observability/alerts/rules.ts";
import { alertName, expression, PROM_RULES } from "../../grafana/build/rules.ts";
import { startDemo, type Demo } from "../fixtures/demo.ts";
import * as away from "./alerts/away.ts";
import type { Condition, Start } from "./alerts/condition.ts";
import { startPrometheus, type Prometheus } from "./alerts/prometheus.ts";
import * as proofs from "./alerts/proofs.ts";
import * as sessions from "./alerts/sessions.ts";
import * as storage from "./alerts/storage.ts";
import { until, wait, World } from "./alerts/world.ts";

// Every shipped alert, brought about in a real primary and standby, seen to fire and to end by a real Prometheus that
// reads the real /metrics. Only waiting is shortened: each `for`, and lines that lie hours away.

/** Lines of conditions that go on beside each other; each line one after the other. */
const BESIDE: readonly (readonly Condition[])[] = [
  [proofs.noBackup, proofs.damagedBackup, proofs.hole, storage.archiving],
  [storage.standby],
  [sessions.blocker, sessions.pool],
  [sessions.slowStatement, sessions.transactionIds],
  [storage.deadRows],
  [storage.fullDisk],
  [storage.revoked],
  [storage.brokenPage],
  [proofs.forgedLog, proofs.sequencerRefused],
];
/** What would be in the way of everything else, alone and last. */
const ALONE: readonly Condition[] = [
  // What the others read from memory would outweigh it on a slow machine.
  storage.scans,
  sessions.crowd,
  away.leaseElsewhere,
  away.collectorHangs,
  away.consoleHangs,
  away.primaryStopped,
];
/** What can't be brought about here, why, and where it is fired instead. */
const NOT_MADE: Record<string, string> = {
  InvigilPreparedTransaction:
    "the embedded server allows none, and that takes a restart: app/observability/alerts/signals.test.ts",
};
const CONDITIONS = [...BESIDE.flat(), ...ALONE];

const FIRES_WITHIN_MS = 180_000;
/** One scrape that came late ends every series: what has ended stays so for two. */
const STEADY_MS = 6000;
const ENDS_WITHIN_MS = 240_000;

let demo: Demo;
let world: World;
let prometheus: Prometheus;
let watch: Promise<void>;
let over = false;
let firing = new Set<string>();

/** The shipped file, with the lines that are tried instead. */
function rulesFor(start: Start): string {
  let text = fs.readFileSync("grafana/alerts/alerts.yml", "utf8").replaceAll(/for: \d+s/g, "for: 2s");
  text = text.replace("interval: 5s", "interval: 1s");
  for (const { alerts } of CONDITIONS)
    for (const [name, line] of Object.entries(alerts)) {
      if (line === true) continue;
      const rule = RULES.find((rule) => alertName(rule.key) === name)!;
      const { threshold, clearAt } = line(start);
      const shipped = JSON.stringify(expression(rule));
      if (!text.includes(shipped)) throw new Error(`${name} is not in the shipped file as it is defined`);
      text = text.replace(shipped, JSON.stringify(expression({ ...rule, threshold, clearAt })));
    }
  return text;
}

beforeAll(async () => {
  // Slow probes a fifteenth as far apart: what is waited for is the rules, not the probes' clocks.
  demo = await startDemo({ DB_METRICS_INTERVAL: "1000" });
  world = new World(demo);
  // Of its own: a backup counts the rows of the console's schemas.
  await world.run("create schema planted");
  // A demo brings tens of thousands of entries at once, which no console ever has waiting.
  const old = "select 1 from audit.pending where at < now() - interval '5 seconds' limit 1";
  await until("the demo's own entries are sequenced", async () => (await world.run(old)).length === 0, 180_000);
  const [ages] = await world.run("select max(age(datfrozenxid))::int as age from pg_database where datallowconn");
  prometheus = await startPrometheus(demo.base, rulesFor({ diskUsed: world.disk.used, xidAge: Number(ages!["age"]) }));
  watch = (async () => {
    while (!over) {
      firing = await prometheus.firing().catch(() => firing);
      await wait(500);
    }
  })();
}, 480_000);

afterAll(async () => {
  over = true;
  await watch;
  await world.end();
  await prometheus.stop();
  await demo.stop();
}, 60_000);

const report: string[] = [];

/** After how many seconds each was first so, and stayed so for this long. */
async function seen(
  names: string[],
  good: (name: string) => boolean,
  withinMs: number,
  steadyMs: number,
): Promise<Map<string, number>> {
  const began = Date.now();
  const since = new Map<string, number>();
  const at = new Map<string, number>();
  while (at.size < names.length && Date.now() - began < withinMs + steadyMs) {
    for (const name of names.filter((name) => !at.has(name))) {
      if (!good(name)) since.delete(name);
      else if (!since.has(name)) since.set(name, Date.now());
      const from = since.get(name);
      if (from !== undefined && Date.now() - from >= steadyMs) at.set(name, (from - began) / 1000);
    }
    await wait(250);
  }
  return at;
}

/** What went otherwise than it should; nothing where all is well. Whatever happens, the condition is ended. */
async function bringAbout(condition: Condition): Promise<string[]> {
  const names = Object.keys(condition.alerts);
  const wrong: string[] = [];
  const early = condition.fromTheStart ? [] : names.filter((name) => firing.has(name));
  wrong.push(...early.map((name) => `${name} fires before ${condition.says}`));
  const began = Date.now();
  const end = await condition.make(world);
  const took = (Date.now() - began) / 1000;
  const fired = await seen(names, (name) => firing.has(name), FIRES_WITHIN_MS, 0);
  const endBegan = Date.now();
  await end();
  const endTook = (Date.now() - endBegan) / 1000;
  const ended = await seen(names, (name) => !firing.has(name), ENDS_WITHIN_MS, STEADY_MS);
  for (const name of names) {
    const [up, down] = [fired.get(name), ended.get(name)];
    if (up === undefined) wrong.push(`${name} did not fire: ${condition.says}`);
    else if (down === undefined) wrong.push(`${name} did not end: ${condition.says}`);
    const told = (setup: number, seconds: number | undefined) =>
      seconds === undefined ? "never" : `${(setup + seconds).toFixed(0)} s`;
    report.push(
      `${name.padEnd(28)} fires ${told(took, up).padStart(6)}   ends ${told(endTook, down).padStart(6)}   ${condition.says}`,
    );
  }
  return wrong;
}

async function oneByOne(conditions: readonly Condition[]): Promise<string[]> {
  const wrong: string[] = [];
  for (const condition of conditions)
    wrong.push(...(await bringAbout(condition).catch((error: Error) => [`${condition.says}: ${error.message}`])));
  return wrong;
}

describe("every shipped alert", () => {
  it("has a condition here, and every condition an alert", () => {
    const tried = new Set([...CONDITIONS.flatMap((condition) => Object.keys(condition.alerts)), ...Object.keys(NOT_MADE)]);
    expect([...tried].sort()).toEqual(PROM_RULES.map((rule) => rule.alert).sort());
  });

  it("fires when its condition is made, and ends with it, of those that can go on beside each other", async () => {
    const wrong = (await Promise.all(BESIDE.map(oneByOne))).flat();
    process.stdout.write(`${report.splice(0).join("\n")}\n`);
    expect(wrong).toEqual([]);
  }, 900_000);

  it.each(ALONE.map((condition) => [condition.says, condition] as const))(
    "fires and ends, alone: %s",
    async (_says, condition) => {
      const wrong = await oneByOne([condition]);
      process.stdout.write(`${report.splice(0).join("\n")}\n`);
      expect(wrong).toEqual([]);
    },
    600_000,
  );
});
