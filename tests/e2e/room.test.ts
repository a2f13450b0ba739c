import type pg from "pg";
import type { Browser, Page } from "playwright";
import { afterAll, beforeAll, expect, inject, it } from "vitest";
import { awake, barriers, logIn, openBrowser } from "../browser.ts";
import { demoOwner } from "../demo-database.ts";
import { makeExam, type MadeExam } from "../fixtures/exam.ts";

// A student in the reference client and a proctor at the board, in two browsers: each sees what the other does.
let browser: Browser;
let owner: pg.Client;
let exam: MadeExam;

beforeAll(async () => {
  browser = await openBrowser();
  owner = await demoOwner();
  const { rows } = await owner.query<{ id: string }>(
    "select a.college_id as id from console.staff_assignment a join console.staff s on s.id = a.staff_id where s.email = 'proctor@invigil.local' order by 1 limit 1",
  );
  exam = await makeExam(owner, rows[0]!.id, { status: "LIVE", start: new Date(Date.now() - 60_000), students: 2 });
});
afterAll(async () => {
  await owner?.end();
  await browser?.close();
});

/** A student's page, without any session of the console. */
async function sit(path: string): Promise<{ page: Page; offline(is: boolean): Promise<void>; close(): Promise<void> }> {
  const context = await browser.newContext({ baseURL: inject("demo").base });
  const page = await awake(context);
  await page.goto(path);
  await page.getByRole("timer").waitFor();
  return { page, offline: (is) => context.setOffline(is), close: () => context.close() };
}

/** The database itself says what was saved. */
async function attemptNow(id: string) {
  const { rows } = await owner.query<{ state: string; deadline_at: Date; answers: number }>(
    `select state, deadline_at, (select count(*)::int from public.student_answer s where s.attempt_id = a.id) as answers
     from public.student_exam_attempt a where a.id = $1`,
    [id],
  );
  return rows[0]!;
}

it("a proctor and a student hear each other, and nothing is lost", async () => {
  const { page: board, context } = await logIn(browser, "proctor");
  await board.goto(`/exams/${exam.id}`);
  await board.getByRole("button", { name: "Sit as a student" }).click();
  const link = board.getByRole("link", { name: "Open the exam as this student in a new tab" });
  const path = (await link.getAttribute("href"))!;
  const name = /Ready to sit as (.+)\./.exec(await board.getByText("Ready to sit as").innerText())![1]!;
  const student = await sit(path);
  const { rows } = await owner.query<{ id: string }>(
    "select id from public.student_exam_attempt where exam_id = $1 order by started_at limit 1",
    [exam.id],
  );
  const attempt = rows[0]!.id;
  expect(await barriers(student.page)).toEqual([]);
  const answered = student.page.getByText("All answers saved");

  await board.goto(`/exams/${exam.id}/live`);
  await board.getByRole("heading", { name: /student is writing|students are writing/ }).waitFor();
  await student.page.getByRole("group").nth(0).getByRole("radio").nth(1).check();
  await answered.waitFor();

  // A message, and that it was read.
  await board.getByPlaceholder("Message to students…").fill("The fire alarm is a test");
  await board.getByRole("button", { name: "Send message" }).click();
  await student.page.getByText("The fire alarm is a test").waitFor();
  await student.page.getByRole("button", { name: "I have read this" }).click();
  await board.getByText(/delivered \d of \d, seen 1/).waitFor();

  // A hand, on the board within a second, and its answer.
  const hands = board.getByRole("region", { name: "Raised hands" });
  const raised = performance.now();
  await student.page.getByRole("button", { name: "Raise hand" }).click();
  await hands.getByRole("link", { name }).waitFor();
  const took = performance.now() - raised;
  expect(took, "from the student's press to the board").toBeLessThan(3000);
  process.stdout.write(`a raised hand was on the board after ${Math.round(took)} ms\n`);
  await hands.getByLabel(`Answer to ${name}`).fill("I am on my way");
  await hands.getByRole("button", { name: `Answer or close ${name}` }).click();
  await student.page.getByText("I am on my way").waitFor();
  await hands.waitFor({ state: "detached" });

  // A pause: the student's clock stands still, and gets back what it lost.
  const before = await attemptNow(attempt);
  const select = () => board.getByRole("checkbox", { name: `Select ${name}` }).check();
  await select();
  await board.getByRole("button", { name: "Pause 1 student" }).click();
  await student.page.getByRole("alertdialog", { name: "Exam paused" }).waitFor();
  const shown = await student.page.getByRole("timer").innerText();
  await student.page.waitForTimeout(2500);
  expect(await student.page.getByRole("timer").innerText()).toBe(shown);
  await select();
  await board.getByRole("button", { name: "Resume 1 student" }).click();
  await student.page.getByRole("alertdialog").waitFor({ state: "detached" });
  const { rows: events } = await owner.query<{ kind: string; at: Date }>(
    "select kind, at from public.room_event where attempt_id = $1 and kind in ('PAUSED', 'RESUMED') order by seq",
    [attempt],
  );
  const stood = events[1]!.at.getTime() - events[0]!.at.getTime();
  const given = (await attemptNow(attempt)).deadline_at.getTime() - before.deadline_at.getTime();
  expect(Math.abs(given - stood)).toBeLessThan(100);

  // The connection is cut, and comes back: what was chosen meanwhile is saved, also after a reload.
  await student.offline(true);
  await student.page.getByRole("group").nth(1).getByRole("radio").nth(0).check();
  await student.page.getByRole("group").nth(2).getByRole("radio").nth(2).check();
  await student.page.getByText("No connection. 2 answers kept here").waitFor({ timeout: 15_000 });
  await student.offline(false);
  await answered.waitFor({ timeout: 15_000 });
  expect((await attemptNow(attempt)).answers).toBeGreaterThanOrEqual(3);
  await student.page.reload();
  await student.page.getByRole("timer").waitFor();
  await expect.poll(() => student.page.getByRole("radio", { checked: true }).count()).toBeGreaterThanOrEqual(3);

  // Ended by the proctor.
  await select();
  await board.getByLabel("Reason, recorded in the audit log").fill("Left the room");
  await board.getByText("Force submit…").click();
  await board.getByRole("button", { name: "End 1 attempt" }).click();
  await student.page.getByText("A proctor ended your exam.").waitFor();
  expect((await attemptNow(attempt)).state).toBe("FORCE_SUBMITTED");

  // The minutes have it all, and say by whom.
  await board.goto(`/exams/${exam.id}/room`);
  for (const line of [`${name} started`, "Message to everyone", `${name} raised a hand`, `Paused ${name}`, `Resumed ${name}`])
    await board.getByText(line).first().waitFor();
  await board.getByText(`${name} was ended by force submit`).waitFor();
  expect(await barriers(board)).toEqual([]);
  const csv = await board.request.get(`/exams/${exam.id}/room.csv`);
  expect(await csv.text()).toContain("was ended by force submit");
  await student.close();
  await context.close();
});
