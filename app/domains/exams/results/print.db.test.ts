import { expect, it } from "vitest";
import { ctxFor, inTenants, makeCollege, makeStaff, testDatabase } from "../../../../tests/database.ts";
import { makeExam } from "../../../../tests/fixtures/exam.ts";
import { newId } from "~/platform/ids.ts";
import { printResults, resultsPrint } from "./print.server.ts";

// Breaks when a withheld result is told on paper, or results leave the console and the log does not say who took them.
const db = testDatabase();

it("the results of an exam print, but for what is withheld; the log says who took them", async () => {
  const college = (await makeCollege(db.owner)).id;
  const manager = ctxFor(await makeStaff(db.owner, "TENANT_MANAGER", [college]), inTenants(college));
  const proctor = ctxFor(await makeStaff(db.owner, "PROCTOR", [college]), inTenants(college));
  const other = (await makeCollege(db.owner)).id;
  const stranger = ctxFor(await makeStaff(db.owner, "TENANT_MANAGER", [other]), inTenants(other));
  const exam = await makeExam(db.owner, college, { students: 3, status: "GRADED" });
  const input = { examId: exam.id };
  await expect(printResults({ ctx: manager, input })).rejects.toThrow(/no results yet/);
  for (const [index, student] of exam.students.entries())
    await db.owner.query(
      `insert into public.exam_result (id, college_id, user_id, exam_id, score, total_marks, percentage, grade, passed, withheld)
       values ($1, $2, $3, $4, 650, 8, 8125, 'B', true, $5)`,
      [newId(), college, student, exam.id, index === 2],
    );
  const pdf = await printResults({ ctx: manager, input });
  expect(pdf.subarray(0, 5).toString("latin1")).toBe("%PDF-");
  const { rows } = await db.owner.query("select actor_id from audit.entry where action = 'exam.export_results'");
  expect(rows).toEqual([{ actor_id: manager.actor.id }]);
  await expect(printResults({ ctx: proctor, input })).rejects.toMatchObject({ status: 403 });
  await expect(printResults({ ctx: stranger, input })).rejects.toMatchObject({ status: 404 });

  const result = { name: "Ana", roll_no: "R1", score: 650, total_marks: 8, percentage: 8125, grade: "B", passed: true };
  const made = { title: "Anatomy I", start_time: new Date(), duration_minutes: 60, total_marks: 8, passing_marks: 4 };
  const print = resultsPrint(
    {
      exam: { ...made, published_at: null } as never,
      results: [
        { ...result, withheld: false },
        { ...result, name: "Ben", withheld: true },
      ],
    },
    new Date(),
  );
  expect(print.claim).toBe("1 of 1 student passed, mean 81.25 %. 1 result is withheld.");
  expect(print.sections[0]!.lines).toEqual(["Ana (R1): 6.50 of 8 marks, 81.25 %, B, passed", "Ben (R1): withheld"]);
});
