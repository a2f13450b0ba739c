import { beforeAll, expect, it } from "vitest";
import { ctxFor, inTenants, makeCollege, makeStaff, testDatabase } from "../../tests/database.ts";
import type { Ctx } from "../db/ctx.ts";
import { newId } from "../platform/ids.ts";
import { jobFile, saveFile } from "./files.server.ts";
import { cancelJob, getJob } from "./verbs.server.ts";

const db = testDatabase();
let owner: Ctx;
let colleague: Ctx;
let boss: Ctx;

beforeAll(async () => {
  const { id } = await makeCollege(db.owner);
  owner = ctxFor(await makeStaff(db.owner, "TENANT_MANAGER", [id]), inTenants(id));
  colleague = ctxFor(await makeStaff(db.owner, "TENANT_MANAGER", [id]), inTenants(id));
  boss = ctxFor(await makeStaff(db.owner, "SUPER_ADMIN"), inTenants(id));
});

async function makeJob(state: string): Promise<{ id: string; file: string }> {
  const id = newId();
  await db.owner.query(
    `insert into console.job (id, kind, title, state, staff_id, college_id, permission, input)
     values ($1, 'test', 'A test', $2, $3, $4, 'platform.read', '{}')`,
    [id, state, owner.actor.id, owner.scope.kind === "tenants" ? owner.scope.ids[0] : null],
  );
  await saveFile(id, "people.csv", "text/csv", "name\nAnn\n");
  const { rows } = await db.owner.query<{ id: string }>("select id from console.job_file where job_id = $1", [id]);
  return { id, file: rows[0]!.id };
}

it("a job's file is for who asked for it, and for who sees everybody's jobs", async () => {
  const { id, file } = await makeJob("DONE");
  const other = await makeJob("DONE");
  const fetch = (ctx: Ctx, jobId: string, fileId: string) => jobFile({ ctx, input: { jobId, fileId } });
  expect(String((await fetch(owner, id, file)).content)).toContain("Ann");
  expect(String((await fetch(boss, id, file)).content)).toContain("Ann");
  await expect(fetch(colleague, id, file)).rejects.toMatchObject({ status: 403 });
  await expect(fetch(owner, other.id, file), "of another job").rejects.toMatchObject({ status: 404 });
  await expect(fetch(owner, id, newId()), "unknown").rejects.toMatchObject({ status: 404 });
  await expect(fetch(owner, "none", file), "none").rejects.toMatchObject({ status: 422 });
  const { rowCount } = await db.owner.query("select 1 from audit.entry where action = 'job.download' and resource_id = $1", [id]);
  expect(rowCount).toBe(2);
});

it("a job is seen and cancelled by who asked for it, while it has not ended", async () => {
  const running = await makeJob("RUNNING");
  const ended = await makeJob("DONE");
  for (const verb of [getJob, cancelJob]) {
    await expect(verb({ ctx: colleague, input: { id: running.id } })).rejects.toMatchObject({ status: 403 });
    await expect(verb({ ctx: owner, input: { id: newId() } }), "unknown").rejects.toMatchObject({ status: 404 });
    await expect(verb({ ctx: owner, input: { id: "none" } }), "none").rejects.toMatchObject({ status: 422 });
  }
  await expect(cancelJob({ ctx: owner, input: { id: ended.id } })).rejects.toMatchObject({ status: 409 });
  await cancelJob({ ctx: owner, input: { id: running.id } });
  const { rows } = await db.owner.query("select cancel_requested as asked from console.job where id = $1", [running.id]);
  expect(rows).toEqual([{ asked: true }]);
});
