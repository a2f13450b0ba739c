import { createHash, createHmac, generateKeyPairSync } from "node:crypto";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { sessionSecret } from "~/access/secrets.server.ts";
import { logKey, signingKey } from "~/audit/keys.server.ts";
import { openNote, verifierKey } from "~/audit/note.ts";
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
    expect(all.map((sample) => sample.rows)).toEqual(Array.from({ length: 3 }, () => samples[0]!.rows));
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

describe("the end of an export", () => {
  const facts = { entries: 2, waiting: 0, stopped: "no" as const, digest: createHash("sha256").update("x").digest("base64") };
  const key = generateKeyPairSync("ed25519");
  const seed = Buffer.from(key.privateKey.export({ format: "jwk" }).d!, "base64url").toString("base64");

  it("is signed by the collector for a web process that has only the key that verifies", async () => {
    process.env["INVIGIL_SIGNING_KEY"] = seed;
    forget("env");
    forget("audit.key");
    const { publicKey, name } = signingKey();
    process.env["INVIGIL_LOG_KEY"] = verifierKey(name, publicKey);
    // Both stand in one process here: this one signs because it has the key, and answers as the collector.
    const { port } = server.address() as AddressInfo;
    const ask = (query: Record<string, string>) =>
      fetch(`http://127.0.0.1:${port}/internal/export-seal?${new URLSearchParams(query)}`, {
        headers: {
          Authorization: `Bearer ${createHmac("sha256", sessionSecret()).update("collector-link").digest("base64url")}`,
        },
      });
    const signed = (await (await ask({ ...facts, entries: "2", waiting: "0" })).json()) as { note: string };
    expect(openNote(signed.note, name, publicKey)).toMatch(/^invigil.local\/audit\/export\n2 entries, 0 waiting\n/);
    // Nothing but the facts of an export: no text of the caller's, so no head of a log.
    for (const digest of ["x", `${facts.digest}\n1`])
      expect((await ask({ ...facts, entries: "2", waiting: "0", digest })).status).toBe(400);
  });

  it("is signed by no one in a process that has only the key that verifies", () => {
    delete process.env["INVIGIL_SIGNING_KEY"];
    forget("env");
    forget("audit.key");
    expect(() => signingKey()).toThrow(/no key that signs/);
    expect(logKey().name).toBe("invigil.local/audit");
    delete process.env["INVIGIL_LOG_KEY"];
    forget("env");
  });
});
