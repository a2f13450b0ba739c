import { afterAll, beforeAll, expect, it } from "vitest";
import { ctxFor, everywhere, makeStaff, testDatabase } from "../../../tests/database.ts";
import { forget } from "~/platform/singleton.ts";
import { closeLivePools, currentLags } from "../current.server.ts";
import { Sampler, watchedTargets } from "../sampler/sampler.server.ts";
import { replicationReport } from "./report.server.ts";

// Breaks when the leader, listed among the replicas as Patroni's nodes are, is taken for a standby that was promoted.
const db = testDatabase();

beforeAll(() => {
  process.env["DATABASE_REPLICA_URLS"] = db.url("app");
  forget("env");
});
afterAll(async () => {
  await closeLivePools();
  delete process.env["DATABASE_REPLICA_URLS"];
  forget("env");
});

it("the page names which node the primary is, and lists it once", async () => {
  const sre = await makeStaff(db.owner, "SRE");
  const now = new Date();
  const report = await replicationReport({
    ctx: ctxFor(sre, everywhere),
    input: { from: new Date(now.getTime() - 60_000), to: now },
  });
  expect(report.standbys).toEqual([]);
  expect(report.primary).toMatchObject({ alsoListedAs: ["standby-1"], row: { address: "127.0.0.1", recovering: false } });
  expect(await currentLags()).toEqual([]);
});

it("the collector raises nothing about it", { timeout: 20_000 }, async () => {
  const sampler = new Sampler(watchedTargets(), () => true);
  sampler.start();
  try {
    await expect.poll(() => sampler.latest("standby-1", "position")?.rows?.length, { timeout: 10_000 }).toBe(1);
    await expect.poll(() => sampler.latest("primary", "position")?.rows?.length, { timeout: 10_000 }).toBe(1);
    await new Promise((resolve) => setTimeout(resolve, 2000));
    expect(sampler.lagsNow()).toEqual([]);
  } finally {
    await sampler.stop();
  }
});
