import { expect, it } from "vitest";
import type { ProbeKey } from "../probes/all.ts";
import { Evaluator } from "./evaluate.ts";
import { RULES } from "./rules.ts";
import { readSignals, type Watch } from "./signals.ts";

const NOW = Date.UTC(2026, 10, 28, 6);

/** A server of which only these probes have said something. */
function watch(rows: Partial<Record<ProbeKey, unknown[]>>, at = NOW): Watch {
  return {
    now: at,
    targets: [{ name: "primary", kind: "primary", reachable: true, error: null, since: null, server: null }],
    latest: ((_target: string, key: ProbeKey) =>
      rows[key]
        ? { probe: key, target: "primary", at: new Date(at), ms: 1, rows: rows[key], missing: null, sql: "" }
        : null) as never,
    lags: [],
    slowest: null,
    hitRatio: null,
    pools: [],
    disk: null,
    staleProbes: [],
  };
}

function firing(rows: Partial<Record<ProbeKey, unknown[]>>): { rule: string; says: string }[] {
  const evaluator = new Evaluator();
  for (let minute = 0; minute <= 30; minute++)
    evaluator.step(RULES, readSignals(watch(rows, NOW + minute * 60_000)), NOW + minute * 60_000);
  return evaluator
    .open()
    .filter((condition) => condition.state === "FIRING")
    .map(({ rule, says }) => ({ rule, says }));
}

// Breaks when a page that is wrong on disk, or a transaction that nobody ends, stays a figure among others.
it("one page that fails its checksum is an alert; a cluster that keeps no checksums is none", () => {
  expect(firing({ databases: [{ name: "invigil", checksum_failures: 1 }] })).toEqual([
    { rule: "checksum-failed", says: expect.stringMatching(/^1 page of invigil on Primary failed the checksum/) as string },
  ]);
  expect(firing({ databases: [{ name: "invigil", checksum_failures: 0 }] })).toEqual([]);
  expect(firing({ databases: [{ name: "invigil", checksum_failures: null }] })).toEqual([]);
});

it("a prepared transaction that nobody ends is an alert", () => {
  const since = new Date(NOW - 3_600_000);
  const found = firing({ prepared: [{ gid: "order-7", owner: "app", database: "invigil", since }] });
  expect(found).toEqual([{ rule: "prepared-transaction", says: expect.stringContaining("order-7") as string }]);
  expect(firing({ prepared: [] })).toEqual([]);
});
