import { beforeAll, describe, expect, it } from "vitest";
import "~/domains/creators.server.ts";
import "~/domains/resources.ts";
import { actVerbs, undoVerbs } from "~/domains/acts.server.ts";
import { ctxFor, everywhere, inTenants, makeCollege, makeStaff, testDatabase } from "../../../tests/database.ts";
import type { Ctx } from "~/db/ctx.ts";
import { Conflict, Forbidden, NotFound, StepUpRequired } from "~/platform/errors.ts";
import { newId } from "~/platform/ids.ts";
import { runBulk, startBulk } from "../bulk.server.ts";
import { forgetOldImports } from "../forget-imports.server.ts";
import { importJob, runImport, startImport } from "../import.server.ts";
import { runUndo } from "./run.server.ts";
import { startUndo, undoOffer } from "./undo.server.ts";

// What a job wrote is taken back once, and what somebody made of it since is left alone.
const db = testDatabase();
let college: string;
let mona: Ctx;
let boss: Ctx;

beforeAll(async () => {
  college = (await makeCollege(db.owner)).id;
  mona = ctxFor(await makeStaff(db.owner, "TENANT_MANAGER", [college]), inTenants(college));
  boss = ctxFor(await makeStaff(db.owner, "SUPER_ADMIN"), everywhere);
});

const quiet = async () => undefined;
const ended = (jobId: string) =>
  db.owner.query("update console.job set state = 'DONE', finished_at = now() where id = $1", [jobId]);

async function imported(text: string, mapping: Record<string, string>, resource = "user"): Promise<string> {
  const upload = { resource, collegeId: college, fileName: "s.csv", content: Buffer.from(text) };
  const { id } = await startImport({ ctx: mona, input: upload });
  const { jobId } = await runImport({ ctx: mona, input: { id, mapping, dry: false } });
  await importJob({ id: jobId, ctx: mona, input: { importId: id, dry: false }, progress: quiet });
  await ended(jobId);
  return jobId;
}

const people = (mark: string, n: number) =>
  imported(`Name,E-mail\n${Array.from({ length: n }, (_, at) => `${mark} ${at},${mark}${at}@undo.example`).join("\n")}\n`, {
    name: "Name",
    email: "E-mail",
  });

async function changed(act: string, ids: string[], resource = "user", ctx = mona): Promise<string> {
  const work = { resource, act, value: "", reason: "a mistake to come", selection: { ids } };
  const { jobId } = await startBulk({ ctx, input: work });
  await runBulk({ id: jobId, ctx, input: work, progress: quiet }, actVerbs, undoVerbs);
  await ended(jobId);
  return jobId;
}

const start = (jobId: string, ctx = mona) => startUndo({ ctx, input: { jobId, reason: "wrong file" } });
const run = (jobId: string, undoJob: string, { ctx = mona, progress = quiet }: { ctx?: Ctx; progress?: typeof quiet } = {}) =>
  runUndo({ id: undoJob, ctx, input: { jobId, reason: "wrong file" }, progress }, undoVerbs);

async function undo(jobId: string, ctx = mona) {
  const { jobId: undoJob } = await start(jobId, ctx);
  const result = await run(jobId, undoJob, { ctx });
  await ended(undoJob);
  return { undoJob, result };
}

const persons = async (mark: string) =>
  (
    await db.owner.query<{ id: string; name: string; trashed: boolean; locked: string | null }>(
      `select id, name, deleted_at is not null as trashed, locked_reason as locked
       from public."user" where email like $1 order by created_at, id`,
      [`${mark}%@undo.example`],
    )
  ).rows;

const entries = async (action: string, ids: string[]) =>
  (
    await db.owner.query<{ n: number }>(
      "select count(*)::int as n from audit.entry where action = $1 and resource_id = any ($2)",
      [action, ids],
    )
  ).rows[0]!.n;

describe("an import", () => {
  it("is taken back into the trash, with a reason, and its file can be imported again", async () => {
    const jobId = await people("plain", 3);
    expect(await undoOffer({ ctx: mona, input: { jobId } })).toMatchObject({ rows: 3, created: true, may: true, job: null });
    const { result, undoJob } = await undo(jobId);
    expect(result).toMatchObject({ undone: 3, conflicts: 0 });
    const rows = await persons("plain");
    expect(rows.map((row) => row.trashed)).toEqual([true, true, true]);
    expect(
      await entries(
        "user.delete",
        rows.map((row) => row.id),
      ),
    ).toBe(3);
    const log = await db.owner.query<{ body: string }>(
      `select c.body from audit.entry e join audit.content c on c.entry_id = e.id where e.action = 'import.undo'`,
    );
    expect(
      log.rows.some(({ body }) => JSON.parse(body).reason === "wrong file" && JSON.parse(body).details.undone === jobId),
    ).toBe(true);
    expect(await undoOffer({ ctx: mona, input: { jobId } })).toMatchObject({ rows: 0, may: false, job: { id: undoJob } });
    await people("plain", 3);
    expect((await persons("plain")).filter((row) => !row.trashed)).toHaveLength(3);
  });

  it("leaves alone what was changed, used, or removed since, and says so of each", async () => {
    const jobId = await people("spared", 5);
    const [a, b, c, d] = (await persons("spared")).map((row) => row.id);
    await db.owner.query(`update public."user" set phone = '1' where id = $1`, [a]);
    await db.owner.query(`update public."user" set deleted_at = now() where id = $1`, [b]);
    await db.owner.query(`delete from public."user" where id = $1`, [c]);
    await db.owner.query(
      "insert into public.payment (id, college_id, user_id, amount_minor, currency, status) values ($1, $2, $3, 5000, 'USD', 'PENDING')",
      [newId(), college, d],
    );
    const { result, undoJob } = await undo(jobId);
    expect(result).toMatchObject({ undone: 1, conflicts: 4, page: "/people/" });
    expect(new Map((result["list"] as { id: string; reason: string }[]).map((row) => [row.id, row.reason]))).toEqual(
      new Map([
        [a, "It was changed since"],
        [b, "It is in the trash already"],
        [c, "It no longer exists, or is outside your tenants"],
        [d, "It is used since: payment"],
      ]),
    );
    expect((await persons("spared")).map((row) => row.trashed)).toEqual([false, true, false, true]);
    const file = await db.owner.query<{ content: Buffer }>(
      "select content from console.job_file where job_id = $1 and name = 'conflicts.csv'",
      [undoJob],
    );
    expect(String(file.rows[0]!.content).trim().split("\r\n")).toHaveLength(5);
  });

  it("of rows without a trash removes them for good", async () => {
    const jobId = await imported(
      "Title,Day\nUndone A,2026-12-01T09:00\nUndone B,2026-12-02T09:00\n",
      { title: "Title", scheduledAt: "Day" },
      "event",
    );
    await db.owner.query("update public.event set description = 'mine' where title = 'Undone B'");
    expect((await undo(jobId)).result).toMatchObject({ undone: 1, conflicts: 1 });
    const left = await db.owner.query("select title from public.event where title like 'Undone%'");
    expect(left.rows).toEqual([{ title: "Undone B" }]);
  });

  it("of rows that their domain makes takes them back, and what came with them", async () => {
    await people("enrolled", 2);
    const ids = (await persons("enrolled")).map((row) => row.id);
    const classId = newId();
    await db.owner.query(
      `insert into public."class" (id, college_id, name, academic_year, capacity) values ($1, $2, 'Undo 101', '2026', 30)`,
      [classId, college],
    );
    const jobId = await imported(
      `Who,Class\n${ids.map((id) => `${id},${classId}`).join("\n")}\n`,
      { user: "Who", class: "Class" },
      "enrollment",
    );
    const enrolled = async () =>
      (await db.owner.query("select user_id from public.enrollment where class_id = $1 order by user_id", [classId])).rows.length;
    expect(await enrolled()).toBe(2);
    await db.owner.query("update public.enrollment set expires_at = now() + interval '1 year' where user_id = $1", [ids[0]]);
    expect((await undo(jobId)).result).toMatchObject({ undone: 1, conflicts: 1, list: [{ reason: "It was changed since" }] });
    expect(await enrolled()).toBe(1);
  });

  it("asked to be undone twice at once is undone by one, and no row twice", async () => {
    const jobId = await people("twice", 450);
    // No job can be written down yet: all three are past what they look at first, if nothing holds them back.
    await db.owner.query("begin; lock table console.job in share mode");
    const pressed = Promise.allSettled([start(jobId), start(jobId), start(jobId)]);
    await new Promise((resolve) => setTimeout(resolve, 400));
    await db.owner.query("commit");
    const asked = await pressed;
    const won = asked.filter((one) => one.status === "fulfilled");
    expect(won).toHaveLength(1);
    expect(asked.every((one) => one.status === "fulfilled" || one.reason instanceof Conflict)).toBe(true);
    const undoJob = won[0]!.value.jobId;
    // Its worker was taken for dead, and was not.
    const results = await Promise.all([run(jobId, undoJob), run(jobId, undoJob)]);
    expect(results.map((result) => result["undone"])).toEqual([450, 450]);
    const ids = (await persons("twice")).map((row) => row.id);
    expect(await entries("user.delete", ids)).toBe(450);
    await ended(undoJob);
    await expect(start(jobId)).rejects.toBeInstanceOf(Conflict);
  });

  it("whose undo died half-way goes on where it was; one that was cancelled can be asked for again", async () => {
    const jobId = await people("halves", 450);
    const { jobId: undoJob } = await start(jobId);
    const dies = async (done: number) => {
      if (done > 0) throw new Error("the worker was killed");
    };
    await expect(run(jobId, undoJob, { progress: dies as typeof quiet })).rejects.toThrow("killed");
    expect((await persons("halves")).filter((row) => row.trashed)).toHaveLength(200);
    await db.owner.query("update console.job set state = 'CANCELLED' where id = $1", [undoJob]);
    expect(await undoOffer({ ctx: mona, input: { jobId } })).toMatchObject({ rows: 250, may: true, job: null });
    const { result } = await undo(jobId);
    expect(result).toMatchObject({ undone: 450, conflicts: 0 });
    const ids = (await persons("halves")).map((row) => row.id);
    expect(await entries("user.delete", ids)).toBe(450);
  });

  it("is undone for a week, and by nobody who may not", async () => {
    const jobId = await people("rights", 1);
    const other = ctxFor(await makeStaff(db.owner, "TENANT_MANAGER", [college]), inTenants(college));
    const auditor = ctxFor(await makeStaff(db.owner, "AUDITOR"), everywhere);
    await expect(start(jobId, other)).rejects.toBeInstanceOf(NotFound);
    await expect(start(jobId, auditor)).rejects.toSatisfy((error) => error instanceof Forbidden || error instanceof NotFound);
    const stale = { ...mona, session: { id: newId(), stepUpAt: null, secondFactor: true } } as Ctx;
    await expect(start(jobId, stale)).rejects.toBeInstanceOf(StepUpRequired);
    const running = await people("running", 1);
    await db.owner.query("update console.job set state = 'RUNNING' where id = $1", [running]);
    await expect(start(running)).rejects.toThrow("Cancel it, then undo it");
    await db.owner.query("update console.change_set set created_at = now() - interval '8 days' where job_id = $1", [jobId]);
    expect(await undoOffer({ ctx: mona, input: { jobId } })).toMatchObject({ may: false });
    await expect(start(jobId)).rejects.toThrow("for 7 days");
    await forgetOldImports();
    const kept = await db.owner.query("select job_id from console.change_row where job_id = any ($1)", [[jobId, running]]);
    expect(kept.rows).toEqual([{ job_id: running }]);
  });
});

describe("a bulk action", () => {
  it("gives the former values back, and spares who was changed since", async () => {
    await people("locked", 3);
    const ids = (await persons("locked")).map((row) => row.id);
    await db.owner.query(`update public."user" set locked_until = '2026-01-01', locked_reason = 'before' where id = $1`, [
      ids[0],
    ]);
    const jobId = await changed("lock", ids);
    expect((await persons("locked")).map((row) => row.locked)).toEqual(Array.from({ length: 3 }, () => "a mistake to come"));
    await db.owner.query(`update public."user" set locked_reason = 'on purpose' where id = $1`, [ids[1]]);
    // Another field of the row is somebody else's matter: it stays, and does not stand in the way.
    await db.owner.query(`update public."user" set phone = '2' where id = $1`, [ids[2]]);
    expect((await undo(jobId)).result).toMatchObject({
      undone: 2,
      conflicts: 1,
      list: [{ id: ids[1], reason: "It was changed since" }],
    });
    const rows = await db.owner.query(
      `select locked_reason, locked_until is null as free, phone from public."user" where id = any ($1) order by created_at, id`,
      [ids],
    );
    expect(rows.rows).toEqual([
      { locked_reason: "before", free: false, phone: null },
      { locked_reason: "on purpose", free: false, phone: null },
      { locked_reason: null, free: true, phone: "2" },
    ]);
    expect(await entries("user.undo", ids)).toBe(2);
  });

  it("that moved to the trash brings back, and one that restored moves away again", async () => {
    await people("trash", 2);
    const ids = (await persons("trash")).map((row) => row.id);
    const trash = await changed("trash", ids);
    expect((await undo(trash)).result).toMatchObject({ undone: 2, conflicts: 0 });
    expect((await persons("trash")).map((row) => row.trashed)).toEqual([false, false]);
    await changed("trash", ids);
    const back = await changed("restore", ids);
    expect((await undo(back)).result).toMatchObject({ undone: 2 });
    expect((await persons("trash")).map((row) => row.trashed)).toEqual([true, true]);
  });

  it("of a domain is taken back by the domain's own rules", async () => {
    const { id } = await makeCollege(db.owner);
    await db.owner.query("update public.college set subscription_expiry = now() + interval '1 year' where id = $1", [id]);
    const state = async () =>
      (await db.owner.query("select subscription_status, is_active from public.college where id = $1", [id])).rows[0];
    const before = await state();
    const jobId = await changed("suspend", [id], "college", boss);
    expect(await state()).toEqual({ subscription_status: "SUSPENDED", is_active: false });
    expect((await undo(jobId, boss)).result).toMatchObject({ undone: 1, conflicts: 0 });
    expect(await state()).toEqual(before);
  });

  it("that nothing takes back is not offered", async () => {
    await people("sessions", 1);
    const jobId = await changed(
      "end-sessions",
      (await persons("sessions")).map((row) => row.id),
    );
    expect(await undoOffer({ ctx: mona, input: { jobId } })).toBeNull();
    await expect(start(jobId)).rejects.toBeInstanceOf(Conflict);
  });
});
