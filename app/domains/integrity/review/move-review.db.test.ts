import { beforeAll, expect, it } from "vitest";
import { testDatabase } from "../../../../tests/database.ts";
import { makeAttempt, makeExam, makeReview, type MadeExam } from "../../../../tests/fixtures/exam.ts";
import { makeReviewers, type Reviewers } from "../../../../tests/fixtures/reviewers.ts";
import type { Scope } from "../../../db/ctx.ts";
import { withScope } from "../../../db/scope.server.ts";
import { newId } from "../../../platform/ids.ts";

const db = testDatabase();
let people: Reviewers;
let exam: MadeExam;

beforeAll(async () => {
  people = await makeReviewers(db);
  exam = await makeExam(db.owner, people.college.id, { students: 3, status: "CLOSED" });
});

const stateOf = async (attempt: string) =>
  (
    await db.owner.query<{ state: string }>("select review_state as state from public.student_exam_attempt where id = $1", [
      attempt,
    ])
  ).rows[0]!.state;

it("an attempt's review state is its review's, from the first state to its removal", async () => {
  const attempt = await makeAttempt(db.owner, exam, 0);
  const seen = [await stateOf(attempt)];
  const review = await makeReview(db.owner, exam, attempt);
  seen.push(await stateOf(attempt));
  for (const state of ["CLAIMED", "SECOND", "VIOLATION", "APPEALED", "CLEARED"]) {
    await db.owner.query("update public.review set state = $2 where id = $1", [review, state]);
    seen.push(await stateOf(attempt));
  }
  await db.owner.query("delete from public.review where id = $1", [review]);
  seen.push(await stateOf(attempt));
  expect(seen).toEqual(["NONE", "QUEUED", "CLAIMED", "SECOND", "VIOLATION", "APPEALED", "CLEARED", "NONE"]);
});

it("nobody writes an attempt's review state past its review, in one tenant or across all", async () => {
  const attempt = await makeAttempt(db.owner, exam, 1);
  const scopes: Scope[] = [{ kind: "tenants", ids: [people.college.id] }, { kind: "all" }];
  for (const scope of scopes) {
    const run = (text: string, values: unknown[]) => withScope({ ...people.ana, scope }, ({ tx }) => tx.query({ text, values }));
    await expect(
      run("update public.student_exam_attempt set review_state = 'CLEARED' where id = $1", [attempt]),
    ).rejects.toMatchObject({ code: "IV002" });
    await expect(
      run(
        `insert into public.student_exam_attempt (id, college_id, user_id, exam_id, review_state)
         values ($1, $2, $3, $4, 'CLEARED')`,
        [newId(), exam.collegeId, exam.students[2], exam.id],
      ),
    ).rejects.toMatchObject({ code: "IV002" });
    await run("update public.student_exam_attempt set review_state = review_state where id = $1", [attempt]);
  }
  expect(await stateOf(attempt)).toBe("NONE");
});

it("a review moves along its state machine and no other way", async () => {
  const attempt = await makeAttempt(db.owner, exam, 2);
  const review = await makeReview(db.owner, exam, attempt);
  await expect(db.owner.query("update public.review set state = 'VIOLATION' where id = $1", [review])).rejects.toMatchObject({
    code: "IV001",
  });
  expect(await stateOf(attempt)).toBe("QUEUED");
});
