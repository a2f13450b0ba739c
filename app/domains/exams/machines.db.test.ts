import { describe, expect, it } from "vitest";
import { testDatabase } from "../../../tests/database.ts";
import { makeCollege } from "../../../tests/database.ts";
import { makeAttempt, makeExam, makeReview } from "../../../tests/fixtures/exam.ts";
import { movesOf, type Machine } from "../../platform/machine.ts";
import { newId } from "../../platform/ids.ts";
import { ATTEMPT, EXAM } from "./machine.ts";
import { APPEAL, REVIEW } from "../integrity/machine.ts";

// Breaks when a machine is changed on one side only, or when the database lets a move through that is not declared.
const db = testDatabase();

const machines: [string, string, Machine][] = [
  ["exam", "status", EXAM],
  ["student_exam_attempt", "state", ATTEMPT],
  ["review", "state", REVIEW],
  ["appeal", "status", APPEAL],
];

async function rowOf(table: string): Promise<string> {
  const college = await makeCollege(db.owner);
  const exam = await makeExam(db.owner, college.id, { students: 1, questions: 0 });
  if (table === "exam") return exam.id;
  const attempt = await makeAttempt(db.owner, exam, 0);
  if (table === "student_exam_attempt") return attempt;
  const review = await makeReview(db.owner, exam, attempt);
  if (table === "review") return review;
  const appeal = newId();
  await db.owner.query(
    "insert into public.appeal (id, college_id, review_id, filed_by, statement, deadline_at) values ($1, $2, $3, $4, 'x', now())",
    [appeal, college.id, review, newId()],
  );
  return appeal;
}

describe.each(machines)("the machine of %s.%s", (table, column, machine) => {
  it("is the same in the code and in the database", async () => {
    const { rows } = await db.owner.query<{ move: string }>(
      "select from_state || ' → ' || to_state as move from console.state_transition where machine = $1",
      [`${table}.${column}`],
    );
    expect(rows.map((row) => row.move).sort()).toEqual(movesOf(machine));
  });

  it("allows every declared move and refuses every other", async () => {
    const id = await rowOf(table);
    const states = Object.keys(machine);
    const wrong: string[] = [];
    for (const from of states)
      for (const to of states) {
        if (from === to) continue;
        // The starting state is set where no trigger looks.
        await db.owner.query("set session_replication_role = replica");
        await db.owner.query(`update public."${table}" set ${column} = $1 where id = $2`, [from, id]);
        await db.owner.query("set session_replication_role = origin");
        const code = await db.owner.query(`update public."${table}" set ${column} = $1 where id = $2`, [to, id]).then(
          () => "moved",
          (error: { code?: string }) => error.code ?? "error",
        );
        const expected = machine[from]!.includes(to) ? "moved" : "IV001";
        if (code !== expected) wrong.push(`${from} → ${to}: ${code}`);
      }
    expect(wrong).toEqual([]);
  });
});
