import { beforeAll, describe, expect, it } from "vitest";
import "~/domains/creators.server.ts";
import "~/domains/resources.ts";
import { ctxFor, everywhere, makeCollege, makeStaff, testDatabase } from "../../tests/database.ts";
import type { Ctx } from "~/db/ctx.ts";
import { commitIf, dryRun, inSavepoint } from "~/db/dry-run.server.ts";
import { Forbidden, StepUpRequired } from "~/platform/errors.ts";
import { newId } from "~/platform/ids.ts";
import { previewBulk, startBulk } from "./bulk.server.ts";
import { remove } from "./verbs.server.ts";

const db = testDatabase();
let college: string;
let boss: Ctx;
let unproven: Ctx;

beforeAll(async () => {
  college = (await makeCollege(db.owner, { name: "A" })).id;
  boss = ctxFor(await makeStaff(db.owner, "SUPER_ADMIN"), everywhere);
  unproven = { ...boss, session: { id: newId(), stepUpAt: null, secondFactor: true } };
});

async function makeClass(): Promise<string> {
  const id = newId();
  await db.owner.query(`insert into public."class" (id, college_id, name, academic_year) values ($1, $2, $3, '2026')`, [
    id,
    college,
    `Dry ${id}`,
  ]);
  return id;
}

const trashed = async (id: string) =>
  (await db.owner.query<{ yes: boolean }>(`select deleted_at is not null as yes from public."class" where id = $1`, [id])).rows[0]
    ?.yes;

describe("a dry run", () => {
  it("answers what would happen, and leaves nothing behind", async () => {
    const id = await makeClass();
    let committed = false;
    const done = await dryRun(boss, async (inner) => {
      inner.tx.afterCommit(() => void (committed = true));
      return remove({ ctx: inner, input: { resource: "class", id, reason: "to see it" } });
    });
    expect(done).toEqual({ trashed: true });
    expect(await trashed(id)).toBe(false);
    expect(committed).toBe(false);
  });

  it("asks for no fresh proof, which the act itself does", async () => {
    const id = await makeClass();
    const input = { resource: "class", id, reason: "to see it" };
    expect(await dryRun(unproven, (inner) => remove({ ctx: inner, input }))).toEqual({ trashed: true });
    await expect(remove({ ctx: unproven, input })).rejects.toThrow(StepUpRequired);
    const work = { resource: "class", act: "trash", value: "", reason: "to see it", selection: { ids: [id] } };
    expect((await previewBulk(unproven, work)).refusals).toEqual([]);
    await expect(startBulk({ ctx: unproven, input: work })).rejects.toThrow(StepUpRequired);
    expect(await trashed(id)).toBe(false);
  });

  it("shows nobody what their role may not do", async () => {
    const auditor = ctxFor(await makeStaff(db.owner, "AUDITOR"), everywhere);
    const input = { resource: "class", id: await makeClass(), reason: "to see it" };
    await expect(dryRun(auditor, (inner) => remove({ ctx: inner, input }))).rejects.toThrow(Forbidden);
  });

  it("hands on what fails in it", async () => {
    await expect(dryRun(boss, ({ tx }) => tx.query({ text: "select 1 / 0" }))).rejects.toThrow(/division by zero/);
  });
});

describe("a transaction that decides at its end", () => {
  it.each([true, false])("is committed: %s", async (commit) => {
    const id = await makeClass();
    const result = await commitIf(boss, async ({ tx }) => {
      await tx.query({ text: `update public."class" set deleted_at = now() where id = $1`, values: [id] });
      return { commit, result: "done" };
    });
    expect(result).toBe("done");
    expect(await trashed(id)).toBe(commit);
  });

  it("goes on after a step that failed", async () => {
    const id = await makeClass();
    await commitIf(boss, async ({ tx }) => {
      await expect(inSavepoint(tx, () => tx.query({ text: "select 1 / 0" }))).rejects.toThrow(/division by zero/);
      await tx.query({ text: `update public."class" set deleted_at = now() where id = $1`, values: [id] });
      return { commit: true, result: null };
    });
    expect(await trashed(id)).toBe(true);
  });
});
