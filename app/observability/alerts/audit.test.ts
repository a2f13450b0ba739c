import { expect, it } from "vitest";
import type { LogHealth } from "~/audit/health.server.ts";
import { Evaluator } from "./evaluate.ts";
import { RULES } from "./rules.ts";
import { readSignals, type Watch } from "./signals.ts";

const T0 = Date.parse("2026-11-20T09:00:00Z");
const watch = (now: number, audit: LogHealth | null): Watch => ({
  now,
  targets: [],
  latest: () => null,
  lags: [],
  slowest: null,
  hitRatio: null,
  pools: null,
  disk: null,
  audit,
  staleProbes: [],
});
const whole: LogHealth = { ok: true, findings: 0, waiting: 0, behindSeconds: 0 };
const audited = RULES.filter((rule) => rule.metric.startsWith("audit."));

it("tells of a log that did not verify at once, of one that stands still after a while, and of neither when it is not known", () => {
  const evaluator = new Evaluator();
  const at = (seconds: number, health: LogHealth | null) =>
    evaluator
      .step(audited, readSignals(watch(T0 + seconds * 1000, health)), T0 + seconds * 1000)
      .map((change) => `${change.rule.key} ${change.kind}`);
  expect(at(0, whole)).toEqual([]);
  expect(at(1, { ...whole, ok: false, findings: 2 })).toContain("audit-log-broken fired");
  expect(at(2, null)).toEqual([]);
  expect(at(3, whole)).toContain("audit-log-broken resolved");
  for (let second = 4; second < 20; second++) at(second, { ...whole, waiting: 40, behindSeconds: 61 });
  const fired = Array.from({ length: 40 }, (_, n) => at(20 + n, { ...whole, waiting: 40, behindSeconds: 70 })).flat();
  expect(fired).toContain("audit-log-behind fired");
  expect(at(61, whole)).toContain("audit-log-behind resolved");
});
