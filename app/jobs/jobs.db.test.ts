import { afterAll, describe, expect, it } from "vitest";
import { ctxFor, everywhere, inTenants, makeCollege, makeStaff, testDatabase } from "../../tests/database.ts";
import { withScope } from "~/db/scope.server.ts";
import { singleton } from "~/platform/singleton.ts";
import type PgBoss from "pg-boss";
import { worker } from "./boss.server.ts";
import { enqueue } from "./enqueue.server.ts";
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

describe("jobs", () => {
  it("exist exactly when their transaction committed, run with what their owner may see then, and say how they ended", async () => {
    const a = (await makeCollege(db.owner)).id;
    const b = (await makeCollege(db.owner)).id;
    const manager = await makeStaff(db.owner, "TENANT_MANAGER", [a, b]);
    const seen: unknown[] = [];
    const handlers: Record<string, JobHandler> = {
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
    };
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
    await startWorkers(handlers);
    const state = async (id: string) => (await getJob({ ctx, input: { id } })).state;
    await until(async () => (await state(ids.see)) === "DONE" && (await state(ids.fail)) === "FAILED");
    expect(seen).toEqual([{ kind: "tenants", ids: [a] }]);
    expect((await getJob({ ctx, input: { id: ids.fail } })).error).toBe("it broke");
    await until(async () => (await state(ids.long)) === "RUNNING");
    await cancelJob({ ctx, input: { id: ids.long } });
    await until(async () => (await state(ids.long)) === "CANCELLED");
    const other = ctxFor(await makeStaff(db.owner, "PROCTOR"), everywhere);
    await expect(getJob({ ctx: other, input: { id: ids.see } })).rejects.toThrow(/somebody else/);
  });
});
