import http from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { current, snapshot } from "~/observability/current.server.ts";
import { PROBES } from "~/observability/probes/all.ts";
import type { Sample } from "~/observability/sampler/sample.ts";
import { ageOf, type Sampler } from "~/observability/sampler/sampler.server.ts";
import { packSample, unpackSample } from "~/observability/sampler/wire.ts";
import { forget } from "~/platform/singleton.ts";
import { answerInternal } from "./internal.server.ts";

// Breaks when a page gets another sample than the collector has, or the same one again and again.
let samples: Sample[] = [];
const asked: string[] = [];
const stub = {
  held: () => samples,
  snapshot: () => ({
    at: new Date(),
    targets: [],
    lags: [],
    store: {},
    samples: samples.map(ageOf),
  }),
} as unknown as Sampler;

const server = http.createServer((request, response) => {
  asked.push(new URL(request.url!, "http://x").pathname);
  answerInternal({ sampler: stub, alerts: null }, true, request, response);
});

const before = { ...process.env };
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  process.env["COLLECTOR_PORT"] = String((server.address() as AddressInfo).port);
  process.env["SESSION_SECRET"] = "a secret that both of them know";
  process.env["DATABASE_URL"] = "postgresql://nobody@127.0.0.1:9/none";
  forget("env");
  forget("access.secret");
});
afterAll(() => {
  server.close();
  server.closeAllConnections();
  process.env = before;
  forget("env");
  forget("access.secret");
});
beforeEach(() => {
  forget("observability.current");
  asked.length = 0;
});

const sizes = (at: number, bytes: number): Sample => ({
  probe: PROBES.sizes.name,
  target: "primary",
  at: new Date(at),
  ms: 1.5,
  rows: [{ database: "invigil", bytes, is_ours: true }],
  missing: null,
  sql: "select 1",
});

describe("a sample on its way to a page", () => {
  it("is asked for once while it is the latest, and again when there is a newer one", async () => {
    const now = Date.now();
    samples = [sizes(now - 2000, 10)];
    const all = await Promise.all([current("sizes"), current("sizes"), current("sizes")]);
    expect(all.map((one) => one.rows)).toEqual(Array.from({ length: 3 }, () => samples[0]!.rows));
    expect(all[0]).toEqual(samples[0]);
    await current("sizes");
    expect(asked.filter((path) => path === "/internal/sample")).toHaveLength(1);
    samples = [sizes(now, 20)];
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect((await current("sizes")).rows).toEqual([{ database: "invigil", bytes: 20, is_ours: true }]);
    expect(asked.filter((path) => path === "/internal/sample")).toHaveLength(2);
  });

  it("is not part of what is told of all of them", async () => {
    samples = [sizes(Date.now(), 10)];
    expect((await snapshot())!.samples).toEqual([
      { probe: "sizes", target: "primary", at: samples[0]!.at, ms: 1.5, missing: null, rows: 1 },
    ]);
  });

  it.each<[string, unknown[] | null]>([
    [
      "with dates, nulls, lists and odd characters",
      [
        { at: new Date(5), none: null, list: [1, 2], text: 'a"\n\u0001名', n: -1.5, yes: true },
        { at: null, none: null, list: [], text: "", n: 0, yes: false },
      ],
    ],
    ["without rows", []],
    ["that is not known", null],
  ])("arrives as it was: %s", async (_name, rows) => {
    const sample: Sample = { ...sizes(7, 1), rows, missing: rows ? null : { reason: "no", grant: "GRANT" } };
    expect(await unpackSample(String(await packSample(sample)))).toEqual(sample);
  });
});
