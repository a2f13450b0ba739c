import { beforeAll, describe, expect, it } from "vitest";
import "~/domains/creators.server.ts";
import "~/domains/resources.ts";
import { ctxFor, everywhere, inTenants, makeCollege, makeStaff, testDatabase } from "../../tests/database.ts";
import type { Ctx } from "~/db/ctx.ts";
import { Conflict, Forbidden, Invalid, NotFound } from "~/platform/errors.ts";
import { newId } from "~/platform/ids.ts";
import { getImport, importJob, listImports, runImport, startImport } from "./import.server.ts";
import { removeView, savedViews, saveView } from "./views.server.ts";

// What people keep: files that they brought, and views that they come back to.
const db = testDatabase();
let a: string;
let b: string;
let mona: Ctx;
let other: Ctx;
let auditor: Ctx;

beforeAll(async () => {
  a = (await makeCollege(db.owner)).id;
  b = (await makeCollege(db.owner)).id;
  mona = ctxFor(await makeStaff(db.owner, "TENANT_MANAGER", [a]), inTenants(a));
  other = ctxFor(await makeStaff(db.owner, "TENANT_MANAGER", [a]), inTenants(a));
  auditor = ctxFor(await makeStaff(db.owner, "AUDITOR"), everywhere);
});

const acts = async (id: string) =>
  (await db.owner.query<{ action: string }>("select action from audit.entry where resource_id = $1 order by id", [id])).rows.map(
    (row) => row.action,
  );

describe("a file that is brought", () => {
  const bring = (ctx: Ctx, text: string, more: { collegeId?: string; resource?: string } = {}) =>
    startImport({ ctx, input: { resource: "user", collegeId: a, fileName: "s.csv", content: Buffer.from(text), ...more } });

  it("belongs to who brought it, in a tenant of theirs, and its columns are guessed", async () => {
    const { id } = await bring(mona, "Name,E-mail,Roll number\nAda,ada@k.example,1\n");
    const found = await getImport({ ctx: mona, input: { id } });
    expect(found).toMatchObject({ lineCount: 1, state: "UPLOADED", job: null, mapping: { name: "Name", email: "E-mail" } });
    expect((await listImports({ ctx: mona, input: {} })).map((one) => one.id)).toContain(id);
    expect(await listImports({ ctx: other, input: {} })).toEqual([]);
    await expect(getImport({ ctx: other, input: { id } })).rejects.toBeInstanceOf(NotFound);
    await expect(runImport({ ctx: other, input: { id, mapping: {}, dry: true } })).rejects.toBeInstanceOf(NotFound);
    await expect(bring(mona, "Name\nAda\n", { collegeId: b })).rejects.toBeInstanceOf(Forbidden);
    await expect(bring(auditor, "Name\nAda\n")).rejects.toBeInstanceOf(Forbidden);
    await expect(bring(mona, "Status\nPAID\n", { resource: "payment" })).rejects.toBeInstanceOf(Forbidden);
    expect(await acts(id)).toEqual(["import.upload"]);
  });

  it("is checked by the columns that were chosen, and imported once", async () => {
    const { id } = await bring(mona, "Who,Where\nAda,ada2@k.example\n");
    const error = await runImport({ ctx: mona, input: { id, mapping: { name: "Who", email: "Nowhere" }, dry: true } }).catch(
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(Invalid);
    expect(Object.keys((error as Invalid).fields)).toEqual(["map.email"]);
    const { jobId } = await runImport({ ctx: mona, input: { id, mapping: { name: "Who", email: "Where" }, dry: true } });
    expect((await getImport({ ctx: mona, input: { id } })).job).toMatchObject({ id: jobId, state: "QUEUED" });
    await db.owner.query("update console.job set state = 'DONE' where id = $1", [jobId]);
    await db.owner.query("update console.import set state = 'IMPORTED' where id = $1", [id]);
    await expect(runImport({ ctx: mona, input: { id, mapping: { name: "Who", email: "Where" }, dry: false } })).rejects.toThrow(
      /already imported/,
    );
    expect(await acts(id)).toEqual(["import.upload", "import.check"]);
  });

  it("keeps the columns that were chosen, after a check as before it", async () => {
    const { id } = await bring(mona, "Name,Mail,Other mail\nAda,ada3@k.example,ada4@k.example\n");
    const mapping = { name: "Name", email: "Other mail" };
    await runImport({ ctx: mona, input: { id, mapping, dry: true } });
    expect((await getImport({ ctx: mona, input: { id } })).mapping).toEqual(mapping);
  });

  it("goes in without its faulty lines where that is asked for; those are left as a file, and none comes twice", async () => {
    const { id } = await bring(
      mona,
      "Name,E-mail\nGood One,g1@k.example\nX,g2@k.example\nGood Two,g3@k.example\nGood Three,g1@k.example\n",
    );
    const { jobId } = await runImport({
      ctx: mona,
      input: { id, mapping: { name: "Name", email: "E-mail" }, dry: false, skipFaulty: true },
    });
    const run = () =>
      importJob({ id: jobId, ctx: mona, input: { importId: id, dry: false, skipFaulty: true }, progress: async () => undefined });
    expect(await run()).toMatchObject({ rows: 4, imported: 2, "lines with errors": 2 });
    // Its worker died before it could say so: the queue runs it again.
    expect(await run()).toMatchObject({ rows: 4, imported: 2, "lines with errors": 2 });
    const { rows } = await db.owner.query(`select name from public."user" where email like 'g_@k.example' order by 1`);
    expect(rows).toEqual([{ name: "Good One" }, { name: "Good Two" }]);
    const file = await db.owner.query<{ content: Buffer }>(
      "select content from console.job_file where job_id = $1 and name = 'failed-rows.csv'",
      [jobId],
    );
    expect(String(file.rows[0]!.content)).toBe("Name,E-mail\r\nX,g2@k.example\r\nGood Three,g1@k.example\r\n");
    expect(await getImport({ ctx: mona, input: { id } })).toMatchObject({ state: "IMPORTED", importedRows: 2, lineCount: 4 });
  });

  it("is in once, however often it is pressed and however often its job is run", async () => {
    const { id } = await bring(mona, "Title,Day\nOpening,2026-12-01T09:00\nClosing,2026-12-02T09:00\n", { resource: "event" });
    const press = () => runImport({ ctx: mona, input: { id, mapping: { title: "Title", scheduledAt: "Day" }, dry: false } });
    const pressed = await Promise.allSettled([press(), press(), press()]);
    const [won, ...others] = pressed.filter((one) => one.status === "fulfilled");
    expect(others).toEqual([]);
    expect(pressed.filter((one) => one.status === "rejected").every((one) => one.reason instanceof Conflict)).toBe(true);
    // As the queue does it when a worker died after the rows were in, and before it could say so.
    const run = () =>
      importJob({ id: won!.value.jobId, ctx: mona, input: { importId: id, dry: false }, progress: async () => undefined });
    const told = [await run(), ...(await Promise.all([run(), run()]))];
    expect(told.map((one) => one!["imported"])).toEqual([2, 2, 2]);
    const { rows } = await db.owner.query("select title from public.event where college_id = $1 order by title", [a]);
    expect(rows).toEqual([{ title: "Closing" }, { title: "Opening" }]);
    expect((await getImport({ ctx: mona, input: { id } })).state).toBe("IMPORTED");
    await expect(
      importJob({ id: newId(), ctx: mona, input: { importId: id, dry: false }, progress: async () => undefined }),
    ).rejects.toThrow(/already imported/);
  });
});

describe("a saved view", () => {
  it("is its maker's, or everybody's, and only its maker removes it", async () => {
    const save = (name: string, shared: boolean) =>
      saveView({ ctx: mona, input: { page: "/data/user", name, query: "f.role=STUDENT", shared } });
    await save("Mine", false);
    await save("Ours", true);
    const names = async (ctx: Ctx, page = "/data/user") => (await savedViews({ ctx, input: { page } })).map((view) => view.name);
    expect(await names(mona)).toEqual(["Mine", "Ours"]);
    expect(await names(other)).toEqual(["Ours"]);
    expect(await names(mona, "/data/class")).toEqual([]);
    const [ours] = (await savedViews({ ctx: other, input: { page: "/data/user" } })).map((view) => view.id);
    await expect(removeView({ ctx: other, input: { id: ours! } })).rejects.toBeInstanceOf(NotFound);
    await removeView({ ctx: mona, input: { id: ours! } });
    expect(await names(other)).toEqual([]);
    expect(await acts(ours!)).toEqual(["saved_view.create", "saved_view.delete"]);
    await expect(saveView({ ctx: mona, input: { page: "/x", name: " ", query: "", shared: false } })).rejects.toBeInstanceOf(
      Invalid,
    );
  });
});
