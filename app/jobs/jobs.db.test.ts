import { afterAll, describe, expect, it } from "vitest";
import { ctxFor, everywhere, inTenants, makeCollege, makeStaff, testDatabase } from "../../tests/database.ts";
import { withScope } from "~/db/scope.server.ts";
import { singleton } from "~/platform/singleton.ts";
import type PgBoss from "pg-boss";
import { worker } from "./boss.server.ts";
import { enqueue } from "./enqueue.server.ts";
import { forgetOldJobs, jobFile, saveFile } from "./files.server.ts";
import { takeUpOrphans } from "./orphans.server.ts";
import { cancelJob, getJob } from "./verbs.server.ts";
import { startWorkers, type JobHandler } from "./work.server.ts";

const db = testDatabase();
afterAll(async () => {
  await (await worker()).stop({ graceful: false, close: false });
  singleton<Promise<PgBoss> | null>("jobs.sender", () => null);
});

const until = async (check: () => Promise<boolean>) => {
  for (let i = 0; i < 100; i++) {
    if (await check()) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error("it did not happen");
};

const began: { go(): void }[] = [];
const lost: unknown[] = [];
const handlers: Record<string, JobHandler> = {
  "test.twice": async ({ progress }) => {
    const by = began.length + 1;
    await new Promise<void>((go) => began.push({ go }));
    await progress(1, 1).catch((error: unknown) => {
      lost.push(error);
      throw error;
    });
    return { by };
  },
};
let working: Promise<void> | undefined;
const work = () => (working ??= startWorkers(handlers, 5));

describe("jobs", () => {
  it("exist exactly when their transaction committed, run with what their owner may see then, and say how they ended", async () => {
    const a = (await makeCollege(db.owner)).id;
    const b = (await makeCollege(db.owner)).id;
    const manager = await makeStaff(db.owner, "TENANT_MANAGER", [a, b]);
    const seen: unknown[] = [];
    Object.assign(handlers, {
      "test.see": async ({ ctx, progress }) => {
        seen.push(ctx.scope);
        await progress(1, 1);
        return { looked: 1 };
      },
      "test.fail": async () => {
        throw new Error("it broke");
      },
      "test.long": async ({ progress }) => {
        for (let i = 0; i < 200; i++) {
          await progress(i, 200);
          await new Promise((resolve) => setTimeout(resolve, 60));
        }
      },
    } satisfies Record<string, JobHandler>);
    const ctx = ctxFor(manager, inTenants(a, b));
    await withScope(ctx, async (inner) => {
      await enqueue(inner, { kind: "test.see", title: "never", input: {} });
      throw new Error("rolled back");
    }).catch(() => undefined);
    const ids = await withScope(ctx, async (inner) => ({
      see: await enqueue(inner, { kind: "test.see", title: "see", input: {} }),
      fail: await enqueue(inner, { kind: "test.fail", title: "fail", input: {} }),
      long: await enqueue(inner, { kind: "test.long", title: "long", input: {} }),
    }));
    // Between asking and running, one tenant is taken away.
    await db.owner.query("delete from console.staff_assignment where staff_id = $1 and college_id = $2", [manager.id, b]);
    await work();
    const state = async (id: string) => (await getJob({ ctx, input: { id } })).state;
    await until(async () => (await state(ids.see)) === "DONE" && (await state(ids.fail)) === "FAILED");
    expect(seen).toEqual([{ kind: "tenants", ids: [a] }]);
    // It was asked for in both tenants: what it says is no longer for whoever has lost one of them.
    expect(await getJob({ ctx, input: { id: ids.fail } })).toMatchObject({ error: null, withheld: true });
    const failed = await db.owner.query("select error from console.job where id = $1", [ids.fail]);
    expect(failed.rows).toEqual([{ error: "it broke" }]);
    await until(async () => (await state(ids.long)) === "RUNNING");
    await cancelJob({ ctx, input: { id: ids.long } });
    await until(async () => (await state(ids.long)) === "CANCELLED");
    const other = ctxFor(await makeStaff(db.owner, "PROCTOR"), everywhere);
    await expect(getJob({ ctx: other, input: { id: ids.see } })).rejects.toThrow(/someone else/);
  });

  it("whose worker died are begun again by one other, who is not disturbed when the dead one comes back; three times at most", async () => {
    const ctx = ctxFor(await makeStaff(db.owner, "SUPER_ADMIN"), everywhere);
    const ask = (title: string) => withScope(ctx, (inner) => enqueue(inner, { kind: "test.twice", title, input: {} }));
    const state = async (id: string) =>
      (
        await db.owner.query<{ state: string; runs: number; error: string | null }>(
          "select state, runs, error from console.job where id = $1",
          [id],
        )
      ).rows[0]!;
    const silent = (id: string) =>
      db.owner.query("update console.job set heartbeat_at = now() - interval '1 hour' where id = $1", [id]);
    await work();
    const id = await ask("twice");
    // Its first word is said by then: one that is still to come would make it heard of again.
    await until(async () => (await state(id)).state === "RUNNING" && began.length === 1);
    // Still at work, but nobody has heard of it: a machine that slept.
    expect(await takeUpOrphans()).toBe(0);
    await silent(id);
    expect((await Promise.all([takeUpOrphans(), takeUpOrphans()])).sort()).toEqual([0, 1]);
    await until(async () => (await state(id)).runs === 2 && began.length === 2);
    began[0]!.go();
    await until(async () => lost.length === 1);
    expect(await state(id)).toMatchObject({ state: "RUNNING", runs: 2 });
    began[1]!.go();
    await until(async () => (await state(id)).state === "DONE");
    expect((await getJob({ ctx, input: { id } })).result).toEqual({ by: 2 });

    const fatal = await ask("fatal");
    for (let run = 1; run <= 3; run++) {
      await until(async () => (await state(fatal)).runs === run && began.length === 2 + run);
      await silent(fatal);
      expect(await takeUpOrphans()).toBe(1);
    }
    expect(await state(fatal)).toEqual({ state: "FAILED", runs: 3, error: "its worker died, 3 times" });
    for (const one of began) one.go();
  });

  it("leave a file once however often they run, say who fetched it, and keep it for a month", async () => {
    const owner = await makeStaff(db.owner, "SUPER_ADMIN");
    const ctx = ctxFor(owner, everywhere);
    const jobId = await withScope(ctx, (inner) => enqueue(inner, { kind: "test.none", title: "Archive of all", input: {} }));
    await saveFile(jobId, "all.csv", "text/csv", "first");
    await saveFile(jobId, "all.csv", "text/csv", "second");
    const { files } = await getJob({ ctx, input: { id: jobId } });
    expect(files).toHaveLength(1);
    const fetched = await jobFile({ ctx, input: { jobId, fileId: files[0]!.id } });
    expect(String(fetched.content)).toBe("second");
    const { rows } = await db.owner.query("select actor_id from audit.entry where action = 'job.download' and resource_id = $1", [
      jobId,
    ]);
    expect(rows).toEqual([{ actor_id: owner.id }]);
    await forgetOldJobs();
    expect((await getJob({ ctx, input: { id: jobId } })).files).toHaveLength(1);
    await db.owner.query("update console.job_file set created_at = now() - interval '31 days' where job_id = $1", [jobId]);
    await forgetOldJobs();
    expect((await getJob({ ctx, input: { id: jobId } })).files).toEqual([]);
  });
});
