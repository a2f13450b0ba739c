import { beforeAll, describe, expect, it } from "vitest";
import { testDatabase } from "../../../../tests/database.ts";
import { makeAttempt, makeExam, type MadeExam } from "../../../../tests/fixtures/exam.ts";
import { makeReviewers } from "../../../../tests/fixtures/reviewers.ts";
import { systemCtx } from "../../../access/ctx.server.ts";
import type { Ctx } from "../../../db/ctx.ts";
import { analyseExam, dueAnalyses } from "../evidence/analyse-exam.server.ts";
import { examCollusion } from "../evidence/findings.server.ts";
import { importSeating, placeSeat, removeSeat } from "./change-seating.server.ts";
import { examSeating } from "./seats.server.ts";

const db = testDatabase();
let college: { id: string };
let ana: Ctx;
beforeAll(async () => {
  ({ college, ana } = await makeReviewers(db));
});

const rollOf = (exam: MadeExam, at: number) => `R${exam.students[at]!.slice(-8)}`;

describe("a seating plan", () => {
  it("is imported as a whole, changed seat by seat, and recorded", async () => {
    const exam = await makeExam(db.owner, college.id, { students: 4 });
    const lines = exam.students.map((_, at) => `Hall 1,${rollOf(exam, at)},${at < 2 ? "A" : "B"},${1 + (at % 2)}`);
    await importSeating({
      ctx: ana,
      input: { examId: exam.id, csv: ["Room;Roll no;Row;Column", ...lines].join("\n").replaceAll(",", ";") },
    });
    const { seats } = await examSeating({ ctx: ana, input: { examId: exam.id } });
    expect(seats.map((seat) => [seat.room, seat.row, seat.column])).toEqual([
      ["Hall 1", 1, 1],
      ["Hall 1", 1, 2],
      ["Hall 1", 2, 1],
      ["Hall 1", 2, 2],
    ]);
    const move = { examId: exam.id, rollNo: rollOf(exam, 0), room: "Hall 1", row: "b", column: "2" };
    await expect(placeSeat({ ctx: ana, input: move })).rejects.toMatchObject({ status: 422, message: /Someone else/ });
    await placeSeat({ ctx: ana, input: { ...move, column: "9" } });
    await removeSeat({ ctx: ana, input: { examId: exam.id, seatId: seats[3]!.id } });
    expect((await examSeating({ ctx: ana, input: { examId: exam.id } })).seats.map((seat) => seat.column)).toEqual([2, 1, 9]);
    const { rows } = await db.owner.query("select action from audit.entry where resource_id = $1 order by at, id", [exam.id]);
    expect(rows.map((row) => row.action)).toEqual(["exam.import_seating", "exam.place_seat", "exam.remove_seat"]);
  });

  it("names every faulty line, and changes nothing then", async () => {
    const exam = await makeExam(db.owner, college.id, { students: 2 });
    const csv = `roll_no,room,row,column\n${rollOf(exam, 0)},Hall,1,1\nR-nobody,Hall,1,2\n`;
    await expect(importSeating({ ctx: ana, input: { examId: exam.id, csv } })).rejects.toMatchObject({
      status: 422,
      message: expect.stringMatching(/line 3: no student of this exam has the roll number R-nobody/),
    });
    const twice = `roll_no,room,row,column\n${rollOf(exam, 0)},Hall,1,1\n${rollOf(exam, 1)},Hall,A,1\n,Hall,1,x\n`;
    await expect(importSeating({ ctx: ana, input: { examId: exam.id, csv: twice } })).rejects.toMatchObject({
      message: expect.stringMatching(/line 4: no roll number; line 3: Hall, row 1, column 1 is given twice \(see line 2\)/),
    });
    await expect(importSeating({ ctx: ana, input: { examId: exam.id, csv: "name,seat\nA,1\n" } })).rejects.toMatchObject({
      message: expect.stringMatching(/roll_no, room, row, column is missing/),
    });
    expect((await examSeating({ ctx: ana, input: { examId: exam.id } })).seats).toEqual([]);
  });

  it("of one tenant is out of reach of another", async () => {
    const exam = await makeExam(db.owner, college.id, { students: 1 });
    const { ana: stranger } = await makeReviewers(db);
    const csv = `roll_no,room,row,column\n${rollOf(exam, 0)},Hall,1,1\n`;
    await expect(importSeating({ ctx: stranger, input: { examId: exam.id, csv } })).rejects.toMatchObject({ status: 404 });
  });
});

it("an analysis runs the exam again without copying, and stores what it saw with the limit and the neighbours", async () => {
  const exam = await makeExam(db.owner, college.id, { status: "CLOSED", students: 30, questions: 20 });
  let state = 3;
  const random = () => (state = (state * 16807) % 2147483647) / 2147483647;
  for (let s = 0; s < 30; s++) {
    const picks = exam.questions.map((question) => (random() < 0.55 ? question.key : Math.floor(random() * 4)));
    await makeAttempt(db.owner, exam, s, { picks });
  }
  const system = systemCtx("test");
  await analyseExam(system, exam.id);
  const before = (await examCollusion({ ctx: ana, input: { examId: exam.id } })).summary!;
  expect(before).toMatchObject({ neighbours: 0, check: { runs: 20, falsePairs: expect.any(Number), rule: 0.05 } });
  expect(before.check!.seed).toBe(Number.parseInt(exam.id.slice(-7), 16));
  const lines = exam.students.map((_, at) => `${rollOf(exam, at)},Hall,${1 + Math.floor(at / 6)},${1 + (at % 6)}`);
  await importSeating({ ctx: ana, input: { examId: exam.id, csv: ["roll_no,room,row,column", ...lines].join("\n") } });
  expect((await dueAnalyses(system, 50)).map((due) => due.id)).toContain(exam.id);
  const said: [number, number | undefined][] = [];
  await analyseExam(system, exam.id, async (done, total) => void said.push([done, total]));
  expect(said.at(-1)).toEqual([20, 20]);
  const after = (await examCollusion({ ctx: ana, input: { examId: exam.id } })).summary!;
  // Five rows of six: 25 to the right, 24 behind, 40 aslant.
  expect(after.neighbours).toBe(89);
});
