import { beforeAll, expect, it } from "vitest";
import { ctxFor, everywhere, inTenants, makeCollege, makeStaff, testDatabase } from "../../tests/database.ts";
import { makeExam } from "../../tests/fixtures/exam.ts";
import type { Role } from "~/access/policy.ts";
import type { Ctx } from "~/db/ctx.ts";
import { newId } from "~/platform/ids.ts";
import { elsewhere } from "./elsewhere.server.ts";
import type { StaffSession } from "./session.server.ts";

// Breaks when a 404 of a record in another tenant of this person's is a dead end, or tells of a tenant that is not theirs.
const db = testDatabase();
const colleges: { id: string }[] = [];
const exams: string[] = [];

beforeAll(async () => {
  for (let i = 0; i < 3; i++) {
    const college = await makeCollege(db.owner);
    colleges.push(college);
    exams.push((await makeExam(db.owner, college.id, { students: 1 })).id);
  }
});

type Reader = Ctx & { staff: StaffSession };
async function working(role: Role, of: number[], at: number[] | null): Promise<Reader> {
  const ids = of.map((n) => colleges[n]!.id);
  const actor = await makeStaff(db.owner, role, ids);
  const scope = at ? inTenants(...at.map((n) => colleges[n]!.id)) : everywhere;
  return { ...ctxFor(actor, scope), staff: { role, college_ids: ids } as StaffSession };
}
const asked = (ctx: Reader, n: number) => elsewhere(ctx, `/exams/${exams[n]}/live`, exams[n]!);

it("whoever works in one of their tenants is told that a record belongs to another of them", async () => {
  const ctx = await working("PROCTOR", [0, 1], [0]);
  expect((await asked(ctx, 1))?.id).toBe(colleges[1]!.id);
  expect(await elsewhere(ctx, `/data/exam/${exams[1]}/edit`, exams[1]!)).toMatchObject({ id: colleges[1]!.id });
  expect((await asked(await working("SUPER_ADMIN", [], [0]), 2))?.id).toBe(colleges[2]!.id);
});

it("nobody is told of a tenant that is not theirs, nor of a record that does not exist", async () => {
  const ctx = await working("PROCTOR", [0, 1], [0]);
  expect(await asked(ctx, 2)).toBeNull();
  expect(await asked(await working("PROCTOR", [0], [0]), 1)).toBeNull();
  expect(await asked(await working("SUPER_ADMIN", [], null), 1)).toBeNull();
  expect(await elsewhere(ctx, `/exams/${newId()}`, newId())).toBeNull();
  expect(await elsewhere(ctx, "/exams/not-an-id", "not-an-id")).toBeNull();
  expect(await elsewhere(ctx, `/data/no_such_table/${exams[1]}`, exams[1]!)).toBeNull();
});
