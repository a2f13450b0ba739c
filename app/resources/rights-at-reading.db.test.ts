import { beforeAll, describe, expect, it } from "vitest";
import "~/domains/resources.ts";
import { ctxFor, everywhere, inTenants, makeCollege, makeStaff, testDatabase } from "../../tests/database.ts";
import { reach, type Role } from "~/access/policy.ts";
import type { Actor, Ctx } from "~/db/ctx.ts";
import { jobFile } from "~/jobs/files.server.ts";
import { getJob, listJobs } from "~/jobs/verbs.server.ts";
import { Forbidden, NotFound } from "~/platform/errors.ts";
import { getImport, importJob, listImports, runImport, startImport } from "./import.server.ts";
import { readQuery } from "./query.ts";
import { allResources } from "./registry.ts";
import { list } from "./verbs.server.ts";
import { savedViews, saveView } from "./views.server.ts";

// Breaks when what a job or an import left behind is read by rights that were taken away, or when a shared view tells of
// tenants or records that its reader may not see.
const db = testDatabase();
let a: string;
let b: string;

beforeAll(async () => {
  a = (await makeCollege(db.owner)).id;
  b = (await makeCollege(db.owner)).id;
});

type Left = { staff: Actor & { kind: "staff" }; ctx: Ctx; importId: string; jobId: string; fileId: string };

/** An import of a manager's whose rows failed, with the file that names them. */
async function failedImport(): Promise<Left> {
  const staff = await makeStaff(db.owner, "TENANT_MANAGER", [a]);
  const ctx = ctxFor(staff, inTenants(a));
  const content = Buffer.from("Name,E-mail\nAda Lovelace,not an address\n");
  const { id } = await startImport({ ctx, input: { resource: "user", collegeId: a, fileName: "people.csv", content } });
  const mapping = { name: "Name", email: "E-mail" };
  const { jobId } = await runImport({ ctx, input: { id, mapping, dry: true } });
  const result = await importJob({ id: jobId, ctx, input: { importId: id, dry: true }, progress: async () => undefined });
  await db.owner.query("update console.job set state = 'DONE', result = $2 where id = $1", [jobId, JSON.stringify(result)]);
  const { files } = await getJob({ ctx, input: { id: jobId } });
  return { staff, ctx, importId: id, jobId, fileId: files.find((file) => file.name === "failed-rows.csv")!.id };
}

async function expectRefused({ ctx, importId, jobId, fileId }: Left): Promise<void> {
  await expect(jobFile({ ctx, input: { jobId, fileId } })).rejects.toBeInstanceOf(Forbidden);
  expect(await getJob({ ctx, input: { id: jobId } })).toMatchObject({ state: "DONE", withheld: true, result: null, files: [] });
  expect((await listJobs({ ctx, input: {} })).find((job) => job.id === jobId)).toMatchObject({ withheld: true, result: null });
  const refusal = await getImport({ ctx, input: { id: importId } }).then(
    () => null,
    (error: unknown) => error,
  );
  expect(refusal instanceof NotFound || refusal instanceof Forbidden).toBe(true);
}

describe("what a job leaves behind", () => {
  it("is read by whoever asked for it while nothing has changed", async () => {
    const { ctx, importId, jobId, fileId } = await failedImport();
    expect(String((await jobFile({ ctx, input: { jobId, fileId } })).content)).toContain("Ada Lovelace");
    expect((await getJob({ ctx, input: { id: jobId } })).withheld).toBe(false);
    expect((await getImport({ ctx, input: { id: importId } })).sample).toHaveLength(1);
  });

  it("is theirs no longer once the tenant was taken away", async () => {
    const left = await failedImport();
    await db.owner.query("update console.staff_assignment set college_id = $2 where staff_id = $1", [left.staff.id, b]);
    const now = { ...left, ctx: { ...left.ctx, scope: inTenants(b) } };
    await expectRefused(now);
    expect(await listImports({ ctx: now.ctx, input: {} })).toEqual([]);
    await expect(
      runImport({ ctx: now.ctx, input: { id: left.importId, mapping: { name: "Name", email: "E-mail" }, dry: true } }),
    ).rejects.toBeInstanceOf(NotFound);
  });

  it("is theirs no longer in another role, in the same tenant", async () => {
    const left = await failedImport();
    const role: Role = "PROCTOR";
    await db.owner.query("update console.staff set role = $2 where id = $1", [left.staff.id, role]);
    await expectRefused({ ...left, ctx: { ...left.ctx, actor: { ...left.staff, role } } });
  });

  it("stays readable for a super-admin who works in another tenant", async () => {
    const { jobId, fileId } = await failedImport();
    const ctx = ctxFor(await makeStaff(db.owner, "SUPER_ADMIN"), inTenants(b));
    expect(String((await jobFile({ ctx, input: { jobId, fileId } })).content)).toContain("Ada");
  });
});

describe("a shared view", () => {
  it("is seen by those who may see its records in the tenants of whoever shared it, and nobody else", async () => {
    const as = async (role: Role, ...ids: string[]) =>
      ctxFor(await makeStaff(db.owner, role, ids), ids.length > 0 ? inTenants(...ids) : everywhere);
    const page = "/data/user";
    const share = (ctx: Ctx, name: string) =>
      saveView({ ctx, input: { page, name, query: "q=ada@secret.example", shared: true } });
    const ofA = await as("TENANT_MANAGER", a);
    const boss = await as("SUPER_ADMIN");
    await share(ofA, "of A");
    await share(boss, "of all");
    await share({ ...boss, scope: inTenants(b) }, "of B");
    const names = async (ctx: Ctx) => (await savedViews({ ctx, input: { page } })).map((view) => view.name);
    expect(await names(await as("TENANT_MANAGER", a))).toEqual(["of A"]);
    expect(await names(await as("TENANT_MANAGER", b))).toEqual(["of B"]);
    expect(await names(await as("TENANT_MANAGER", a, b))).toEqual(["of A", "of B"]);
    expect(await names(await as("AUDITOR"))).toEqual(["of A", "of B", "of all"].sort());
    expect(await names(await as("SRE"))).toEqual([]);
    expect(await names(await as("PROCTOR", a))).toEqual([]);
    await expect(share(await as("SRE"), "of nobody")).rejects.toBeInstanceOf(Forbidden);
  });

  it("of any list that a super-admin shared is listed for no role that may not read that list, nor opened by it", async () => {
    const boss = ctxFor(await makeStaff(db.owner, "SUPER_ADMIN"), inTenants(a));
    const readers: Ctx[] = [];
    for (const role of ["TENANT_MANAGER", "PROCTOR"] as const)
      readers.push(ctxFor(await makeStaff(db.owner, role, [a]), inTenants(a)));
    for (const role of ["SRE", "AUDITOR"] as const) readers.push(ctxFor(await makeStaff(db.owner, role), everywhere));
    let kept = 0;
    for (const resource of allResources()) {
      const page = `/data/${resource.name}`;
      await saveView({ ctx: boss, input: { page, name: "Of the boss", query: "q=secret", shared: true } });
      for (const ctx of readers) {
        const { role } = ctx.actor;
        const may = reach(role, resource.read) !== null;
        const views = await savedViews({ ctx, input: { page } });
        const names = views.map((view) => view.name).filter((name) => name === "Of the boss");
        expect([role, page, names]).toEqual([role, page, may ? ["Of the boss"] : []]);
        if (may) continue;
        kept++;
        const query = readQuery(resource, new URLSearchParams("q=secret"));
        await expect(list({ ctx, input: { resource: resource.name, query } }), `${role} ${page}`).rejects.toBeInstanceOf(
          Forbidden,
        );
      }
    }
    expect(kept).toBeGreaterThan(50);
  });

  it("of the audit log is kept from those who see only their own actions", async () => {
    const auditor = ctxFor(await makeStaff(db.owner, "AUDITOR"), everywhere);
    await saveView({ ctx: auditor, input: { page: "/audit", name: "Ada", query: "q=actor:ada", shared: true } });
    const sre = ctxFor(await makeStaff(db.owner, "SRE"), everywhere);
    expect(await savedViews({ ctx: sre, input: { page: "/audit" } })).toEqual([]);
    expect(await savedViews({ ctx: auditor, input: { page: "/audit" } })).toHaveLength(1);
  });
});
