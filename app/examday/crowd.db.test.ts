import { beforeAll, expect, it } from "vitest";
import { ctxFor, everywhere, inTenants, makeCollege, makeStaff, testDatabase } from "../../tests/database.ts";
import { makeExam } from "../../tests/fixtures/exam.ts";
import { clients } from "../db/clients.server.ts";
import type { Ctx } from "../db/ctx.ts";
import { forget } from "../platform/singleton.ts";
import { needs } from "./overview.server.ts";
import { currentReadiness, readiness } from "./readiness.server.ts";

const db = testDatabase();
let sre: Ctx;
let managers: Ctx[];

beforeAll(async () => {
  // The same server as its own standby: what matters here is that reads have a pool of their own.
  process.env["DATABASE_REPLICA_URLS"] = db.url("app");
  process.env["DATABASE_MAX_CONNECTIONS"] = "4";
  forget("env");
  sre = ctxFor(await makeStaff(db.owner, "SRE"), everywhere);
  const colleges = [await makeCollege(db.owner), await makeCollege(db.owner)];
  for (const college of colleges)
    await makeExam(db.owner, college.id, { students: 2, status: "SCHEDULED", start: new Date(Date.now() + 3_600_000) });
  managers = await Promise.all(
    colleges.map(async ({ id }) => ctxFor(await makeStaff(db.owner, "TENANT_MANAGER", [id]), inTenants(id))),
  );
  await clients().replicas.check();
});

const crowd = <T>(n: number, ask: (index: number) => Promise<T>) => Promise.all(Array.from({ length: n }, (_, at) => ask(at)));

it("three times as many as the pool has connections read readiness at once, and nobody waits for the others' connections", async () => {
  const started = performance.now();
  const all = await crowd(12, () => readiness({ ctx: sre, input: {} }));
  // Those who wait for each other are let go after DATABASE_CONNECTION_TIMEOUT, 30 s.
  expect(performance.now() - started).toBeLessThan(20_000);
  expect(all.every((seen) => seen.exams.length === 2)).toBe(true);
}, 60_000);

it("a crowd on the overview costs one reading of what is the same for all of it, and tells no tenant of another", async () => {
  const acquired = () =>
    clients()
      .pools()
      .reduce((sum, pool) => sum + pool.stats().acquired, 0);
  const overview = async (ctx: Ctx) => {
    const forecast = currentReadiness({ ctx, input: { zone: "UTC" } });
    await needs(ctx, forecast);
    return (await forecast).exams.map((exam) => exam.code);
  };
  const before = acquired();
  const seen = await crowd(20, (at) => overview(managers[at % 2]!));
  const [a, b] = [seen[0]!, seen[1]!];
  expect([a.length, b.length]).toEqual([1, 1]);
  expect(a).not.toEqual(b);
  seen.forEach((codes, at) => expect(codes).toEqual(at % 2 === 0 ? a : b));
  expect(acquired() - before, "each of the twenty read it for itself").toBeLessThan(20 * 4);
});
