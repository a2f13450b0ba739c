import type pg from "pg";
import type { Browser, Locator, Page } from "playwright";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { barriers, cutOff, logIn, openBrowser } from "../browser.ts";
import { demoOwner } from "../demo-database.ts";

// From an empty paper to an appeal: what a manager and two proctors do in a day, in real browsers.
let browser: Browser;
let owner: pg.Client;

beforeAll(async () => {
  browser = await openBrowser();
  owner = await demoOwner();
});
afterAll(async () => {
  await owner?.end();
  await browser?.close();
});

const rows = async <T>(text: string, values: unknown[] = []) => (await owner.query(text, values)).rows as T[];
const utc = (at: Date) => at.toISOString().slice(0, 16);

/** The planted rings are found by the collector in the background, soon after the start. */
async function eventually(check: () => Promise<boolean>, seconds = 60): Promise<void> {
  for (let i = 0; i < seconds * 2; i++) {
    if (await check()) return;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  throw new Error("it did not happen in time");
}

/** Within the window, without scrolling. */
const inSight = (of: Locator) =>
  of.evaluate((element) => {
    const box = element.getBoundingClientRect();
    return box.height > 0 && box.top >= 0 && box.bottom <= window.innerHeight;
  });

async function decideByKey(page: Page, key: "c" | "u"): Promise<void> {
  const before = page.url();
  await page.keyboard.press(key);
  await page.waitForURL((url) => url.toString() !== before && url.searchParams.has("decided"));
  // The address changes a moment before the page does; a key pressed between the two would go nowhere.
  const decided = new URL(page.url()).searchParams.get("decided");
  await page.locator(`input[name=decisionId][value="${decided}"]`).waitFor({ state: "attached" });
}

describe("the day of an exam", () => {
  it("authors a paper, schedules it, sees it live and gives time", async () => {
    const { page, context } = await logIn(browser, "manager");
    const [college] = await rows<{ id: string }>(
      "select college_id as id from console.staff_assignment a join console.staff s on s.id = a.staff_id where s.email = 'manager@invigil.local'",
    );
    const [group] = await rows<{ id: string }>(
      "select c.id from public.class c where c.college_id = $1 and not exists (select 1 from public.exam e where e.class_id = c.id and e.status in ('SCHEDULED', 'LIVE') and e.start_time < now() + interval '8 hours') and exists (select 1 from public.enrollment n where n.class_id = c.id and n.status = 'ACTIVE') order by c.name limit 1",
      [college!.id],
    );
    await page.goto("/exams/new");
    await page.getByLabel("Title").fill("Night watch");
    await page.getByLabel("Class", { exact: true }).selectOption(group!.id);
    const start = new Date(Date.now() + 3 * 60_000);
    await page.getByLabel("Window opens (UTC)").fill(utc(start));
    await page.getByLabel("Window closes (UTC)").fill(utc(new Date(start.getTime() - 60_000)));
    await page.getByLabel("Duration (min)").fill("60");
    await page.getByLabel("Total marks").fill("3");
    await page.getByLabel("Pass mark").fill("2");
    await page.getByRole("button", { name: "Create draft" }).click();
    await page.getByText("The end must be after the start").first().waitFor();
    // What was typed is still there.
    expect(await page.getByLabel("Title").inputValue()).toBe("Night watch");
    await page.getByLabel("Window closes (UTC)").fill(utc(new Date(start.getTime() + 2 * 3_600_000)));
    await page.getByRole("button", { name: "Create draft" }).click();
    await page.waitForURL(/\/questions$/);
    const id = /exams\/([^/]+)\//.exec(page.url())![1]!;

    await page.getByLabel("Question", { exact: true }).fill("Which light is a ship's port side, if $x = \\frac{1}$?");
    await page.getByLabel("Option A", { exact: true }).fill("Green");
    await page.getByLabel("Option B", { exact: true }).fill("Red");
    await page.getByLabel("Option B is right").check();
    // By keyboard, and the key goes with its option.
    await page.getByLabel("Option B", { exact: true }).press("Alt+ArrowUp");
    expect(await page.getByLabel("Option A", { exact: true }).inputValue()).toBe("Red");
    expect(await page.getByLabel("Option A is right").isChecked()).toBe(true);
    await page.getByLabel("Marks").fill("2");
    await page.getByRole("button", { name: "Add question" }).click();
    // Named at its field, and nothing that was typed is lost.
    await page
      .getByText(/The formula “x = \\frac\{1\}” can't be typeset/)
      .first()
      .waitFor();
    expect(await page.getByLabel("Option A", { exact: true }).inputValue()).toBe("Red");
    await page.getByLabel("Question", { exact: true }).fill("Which light is a ship's port side, if $x^2 = 4$?");
    await page.getByRole("region", { name: "Preview" }).locator(".katex").first().waitFor();
    expect(
      await page
        .getByRole("region", { name: "Preview" })
        .getByRole("radio", { name: /Red|Green/ })
        .count(),
    ).toBe(2);
    await page.getByRole("button", { name: "Add question" }).click();
    await page.getByText("Added.").waitFor();
    await page.goto(`/exams/${id}`);
    await page.getByText("The questions add up to 2 marks, the exam says 3").waitFor();
    expect(await page.getByRole("button", { name: "Schedule" }).isDisabled()).toBe(true);
    await page.goto(`/exams/${id}/questions`);
    await page.getByLabel("Question", { exact: true }).fill("A vessel under sail gives way to one under power.");
    await page.getByLabel("Type").selectOption("TRUE_FALSE");
    await page.getByLabel("False", { exact: true }).first().check();
    await page.getByRole("button", { name: "Add question" }).click();
    await page.getByText("2 questions").waitFor();
    await page.goto(`/exams/${id}`);
    await page.getByRole("button", { name: "Schedule" }).click();
    await page.getByText("Scheduled. It opens automatically at its start.").waitFor();

    // The clock: its start is now, and the collector opens it.
    await owner.query("update public.exam set start_time = now() where id = $1", [id]);
    await eventually(
      async () => (await rows<{ status: string }>("select status from public.exam where id = $1", [id]))[0]!.status === "LIVE",
    );
    // Two students of the class begin, as the platform would write it.
    const students = await rows<{ user_id: string }>(
      "select user_id from public.enrollment where class_id = $1 and status = 'ACTIVE' order by user_id limit 2",
      [group!.id],
    );
    for (const { user_id } of students)
      await owner.query(
        "insert into public.student_exam_attempt (id, college_id, user_id, exam_id, started_at, deadline_at, last_seen_at) values (gen_random_uuid(), $1, $2, $3, now(), now() + interval '60 minutes', now())",
        [college!.id, user_id, id],
      );
    await page.goto(`/exams/${id}/live`);
    await page.getByRole("heading", { name: /2 students are writing/ }).waitFor();
    const first = page.getByRole("checkbox", { name: /^Select (?!all)/ }).first();
    const bar = page.getByRole("region", { name: "Selection" });
    // Two acts, in sight of where one is, answered in the same place.
    await first.check();
    await bar.getByRole("button", { name: "+5 min for 1 student" }).click({ timeout: 5000 });
    await bar.getByRole("status").getByText("1 student has 5 more minutes.").waitFor();
    expect(await inSight(bar.getByRole("status"))).toBe(true);
    await first.check();
    await page.keyboard.press("a");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await bar.getByLabel("Minutes").fill("7");
    await page.getByLabel("Reason, recorded in the audit log").fill("Arrived late from another exam");
    await bar.getByRole("button", { name: "Add time to 1 student" }).click();
    await page.getByText("1 student has 7 more minutes.").waitFor();
    await page.getByText("+12 min").waitFor();
    await page.getByRole("checkbox", { name: "Select all 2 shown" }).check();
    await bar.getByText("2 selected").waitFor();
    await bar.getByRole("button", { name: "Clear selection" }).click();
    expect(await bar.getByRole("button").count()).toBe(0);
    await first.check();
    await page.getByText("Force submit…").click();
    await page.getByRole("button", { name: "End 1 attempt" }).click();
    // Refused, and still chosen.
    await page.getByText("Enter a reason").waitFor();
    expect(await first.isChecked()).toBe(true);
    await page.getByLabel("Reason, recorded in the audit log").fill("Left the room");
    await page.getByRole("button", { name: "End 1 attempt" }).click();
    await page.getByText("1 attempt submitted.").waitFor();
    const entries = await rows(
      "select 1 from audit.entry where resource_id = $1 and action in ('exam.create', 'exam.schedule', 'exam.open', 'exam.extra_time', 'exam.force_submit')",
      [id],
    );
    expect(entries).toHaveLength(6);
    await context.close();
    // Without JavaScript the bar is there, and the form works.
    const plain = await logIn(browser, "manager", { javaScript: false, width: 390 });
    await plain.page.goto(`/exams/${id}/live`);
    await plain.page
      .getByRole("checkbox", { name: /^Select / })
      .first()
      .check();
    await plain.page.getByRole("button", { name: "+10 min for selected" }).click();
    await plain.page.getByText("1 student has 10 more minutes.").waitFor();
    await plain.context.close();
  });

  it("shows the planted rings on top of their exams", async () => {
    const [planted] = await rows<{ rings: { examId: string; attemptIds: string[] }[] }>(
      "select value -> 'rings' as rings from console.setting where key = 'demo.planted'",
    );
    expect(planted!.rings).toHaveLength(3);
    const { page, context } = await logIn(browser, "proctor");
    for (const ring of planted!.rings) {
      await eventually(
        async () => (await rows("select 1 from public.exam_analysis where exam_id = $1", [ring.examId])).length > 0,
        90,
      );
      const numbers = await rows<{ no: number }>(
        "select candidate_no as no from public.student_exam_attempt where id = any($1)",
        [ring.attemptIds],
      );
      await page.goto(`/exams/${ring.examId}/collusion`);
      const first = page.getByRole("link", { name: /^\d+ and \d+$/ }).first();
      const [a, b] = (await first.innerText()).split(" and ").map(Number);
      expect(numbers.map((number) => number.no)).toEqual(expect.arrayContaining([a, b]));
      expect(await page.getByRole("heading", { name: new RegExp(`Group 1: ${ring.attemptIds.length} candidates`) }).count()).toBe(
        1,
      );
    }
    await context.close();
  });
});

describe("a review", () => {
  it("takes three attempts by keyboard alone, with an undo", async () => {
    const { page, context } = await logIn(browser, "proctor");
    await page.goto("/integrity");
    await page.waitForLoadState("networkidle");
    await page.keyboard.press("n");
    await page.waitForURL(/\/integrity\/attempts\//);
    await page.getByText("In review, yours until").waitFor();
    expect(await page.content()).not.toMatch(/candidate \d+, [A-Z]/);
    await page.keyboard.press("ArrowRight");
    await page.getByText(/ · 1 of \d+/).waitFor();
    const first = page.url();
    await decideByKey(page, "c");
    expect(page.url()).not.toContain(first);
    await page.keyboard.press("z");
    await page.getByText("Undone. The attempt is yours again.").waitFor();
    await decideByKey(page, "c");
    await page.getByText("In review, yours until").waitFor();
    await decideByKey(page, "u");
    await page.getByText("In review, yours until").waitFor();
    // A violation asks for its sentence first.
    await page.keyboard.press("v");
    await page.getByText("A violation needs a sentence for the committee").waitFor();
    await page.keyboard.type("Pastes the same paragraph four times after leaving the window");
    await page.keyboard.press("Escape");
    await page.keyboard.press("v");
    await page.getByText(/Handed to a second reviewer/).waitFor();
    await context.close();
  });

  it("needs the other proctor, who sees nothing of the first; then it stands, and an appeal restores it", async () => {
    const [waiting] = await rows<{ attempt: string; review: string; note: string; college: string }>(
      "select r.attempt_id as attempt, r.id as review, d.note, r.college_id as college from public.review r join public.review_decision d on d.review_id = r.id join console.staff s on s.id = d.decider_id where r.state = 'SECOND' and s.email = 'proctor@invigil.local' and d.undone_at is null order by (r.college_id = (select a.college_id from console.staff_assignment a join console.staff m on m.id = a.staff_id where m.email = 'manager@invigil.local')) desc limit 1",
    );
    const blocked = await logIn(browser, "proctor");
    await blocked.page.goto(`/integrity/attempts/${waiting!.attempt}`);
    await blocked.page.getByText("You have decided. Someone else is next").waitFor();
    await blocked.context.close();

    const { page, context } = await logIn(browser, "proctor2");
    await page.goto(`/integrity/attempts/${waiting!.attempt}`);
    await page.getByRole("button", { name: /Claim for twenty minutes/ }).click();
    await page.getByText("In review, yours until").waitFor();
    expect(await page.content()).not.toContain(waiting!.note);
    await page.getByPlaceholder("What you saw and what it means…").fill("Four pastes of one paragraph within a minute");
    await page.getByRole("button", { name: /Violation/ }).click();
    await page.waitForURL((url) => url.searchParams.has("decided"));
    const [held] = await rows<{ state: string; review: string }>(
      "select state, review_state as review from public.student_exam_attempt where id = $1",
      [waiting!.attempt],
    );
    expect(held).toEqual({ state: "WITHHELD", review: "VIOLATION" });
    await context.close();

    // The super-admin manages every tenant, so files for this one; a proctor who decided may not decide the appeal.
    const manager = await logIn(browser, "super");
    await manager.page.goto(`/integrity/appeals?review=${waiting!.review}`);
    await manager.page
      .getByLabel("What the student says")
      .fill("The paragraph is the definition that the exam itself handed out.");
    await manager.page.getByRole("button", { name: "File appeal" }).click();
    await manager.page.getByText("Appeal filed.").waitFor();
    await manager.context.close();
    const other = await logIn(browser, "proctor2");
    await other.page.goto("/integrity/appeals");
    await other.page.getByText("The paragraph is the definition that the exam itself handed out.").waitFor();
    await other.page
      .getByText(/You decided on this attempt/)
      .first()
      .waitFor();
    await other.context.close();
  });

  it("works without a script", async () => {
    const { page, context } = await logIn(browser, "proctor2", { javaScript: false });
    await page.goto("/integrity");
    await page.getByRole("button", { name: /Next attempt/ }).click();
    await page.waitForURL(/\/integrity\/attempts\//);
    await page.getByText("In review, yours until").waitFor();
    await page.getByRole("button", { name: /^Clear/ }).click();
    await page.waitForURL((url) => url.searchParams.has("decided"));
    await page.getByText(/Cleared: candidate \d+/).waitFor();
    await page.getByRole("button", { name: "Undo" }).click();
    await page.waitForURL((url) => url.searchParams.has("undone"));
    await context.close();
  });
});

it("every page of these rooms is accessible, light and dark, and on a phone", async () => {
  const [ids] = await rows<{ live: string; ring: string; draft: string; closed: string; attempt: string; second: string }>(`
      select (select id from public.exam where status = 'LIVE' limit 1) as live, (select value -> 'rings' -> 0 ->> 'examId' from console.setting where key = 'demo.planted') as ring,
             (select id from public.exam where status = 'DRAFT' limit 1) as draft, (select id from public.exam where status = 'CLOSED' limit 1) as closed,
             (select attempt_id from public.review where state = 'QUEUED' order by score desc limit 1) as attempt, (select attempt_id from public.review where state = 'SECOND' limit 1) as second`);
  const { page, context } = await logIn(browser, "super");
  for (const path of [
    "/exams",
    "/exams/new",
    `/exams/${ids!.draft}`,
    `/exams/${ids!.draft}/edit`,
    `/exams/${ids!.draft}/questions`,
    `/exams/${ids!.draft}/questions/bank`,
    `/exams/${ids!.live}/live`,
    `/exams/${ids!.closed}/attempts`,
    `/exams/${ids!.closed}/marking`,
    `/exams/${ids!.closed}/weights`,
    `/exams/${ids!.ring}/statistics`,
    `/exams/${ids!.ring}/collusion`,
    "/integrity",
    `/integrity/attempts/${ids!.attempt}`,
    `/integrity/attempts/${ids!.second}`,
    "/integrity/appeals",
    "/settings/api-keys",
  ]) {
    await page.goto(path);
    await page.waitForLoadState("networkidle");
    expect([...(await barriers(page)), ...(await cutOff(page))], path).toEqual([]);
  }
  await context.close();
}, 300_000);
