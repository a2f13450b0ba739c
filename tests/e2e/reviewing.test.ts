import type pg from "pg";
import type { Browser, Page } from "playwright";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { logIn, openBrowser } from "../browser.ts";
import { demoOwner } from "../demo-database.ts";

// What happens to whoever reviews with keys, slowly, with a wrong clock, or beside someone else.
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
const queued = async () =>
  (
    await rows<{ id: string; attempt: string }>(
      "select id, attempt_id as attempt from public.review where state = 'QUEUED' and claimed_by is null order by score, id limit 1",
    )
  )[0]!;
const stateOf = async (id: string) =>
  (await rows<{ state: string }>("select state from public.review where id = $1", [id]))[0]!.state;
const NOTE = "Four pastes of one paragraph within a minute";

async function claim(page: Page, attempt: string): Promise<void> {
  await page.goto(`/integrity/attempts/${attempt}`);
  await page.getByRole("button", { name: /Claim for twenty minutes/ }).click();
  await page.getByText("In review, yours until").waitFor();
}

describe("the keys of a review", () => {
  it("leave Enter to the link that has the focus", async () => {
    const { page, context } = await logIn(browser, "proctor2");
    const review = await queued();
    await page.goto(`/integrity/attempts/${review.attempt}`);
    await page.getByRole("button", { name: /Claim for twenty minutes/ }).waitFor();
    await page.getByLabel("Breadcrumb").getByRole("link", { name: "Review" }).focus();
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/integrity$/);
    expect(await stateOf(review.id)).toBe("QUEUED");
    await context.close();
  });

  it("decide once, however long one is held down", async () => {
    const { page, context } = await logIn(browser, "proctor2");
    await claim(page, (await queued()).attempt);
    await page.keyboard.down("c");
    await page.waitForURL((url) => url.searchParams.has("decided"));
    await page.getByRole("button", { name: /^Undo/ }).waitFor();
    const next = page.url();
    for (let i = 0; i < 5; i++) await page.keyboard.down("c");
    await page.waitForTimeout(1500);
    expect(page.url()).toBe(next);
    await page.keyboard.up("c");
    await context.close();
  });
});

it("ten seconds of undo are ten seconds where the reader's clock is an hour fast", async () => {
  const { page, context } = await logIn(browser, "proctor2");
  await context.addInitScript("{ const real = Date.now.bind(Date); Date.now = () => real() + 3_600_000; }");
  await claim(page, (await queued()).attempt);
  await page.keyboard.press("c");
  await page.getByRole("button", { name: /^Undo \(\d+ s\)/ }).click();
  await page.getByText("Undone. The attempt is yours again.").waitFor();
  await context.close();
});

it("a claim that runs out while someone writes costs them nothing, and what they wrote is not lost to who was quicker", async () => {
  const { page, context } = await logIn(browser, "proctor2");
  const [first] = [await queued()];
  await claim(page, first.attempt);
  const note = page.getByPlaceholder("What you saw and what it means…");
  await note.fill(NOTE);
  // The clock gave it back while they were writing.
  await rows("update public.review set state = 'QUEUED', claimed_by = null, claimed_until = null where id = $1", [first.id]);
  await page.getByRole("button", { name: /Unclear/ }).click();
  await page.waitForURL((url) => url.searchParams.has("decided"));
  expect(await stateOf(first.id)).toBe("INCONCLUSIVE");

  const second = await queued();
  await claim(page, second.attempt);
  await note.fill(NOTE);
  await rows(
    "update public.review set claimed_by = (select id from console.staff where email = 'proctor@invigil.local'), claimed_until = now() + interval '20 minutes' where id = $1",
    [second.id],
  );
  await page.getByRole("button", { name: /Unclear/ }).click();
  await page
    .getByText(/someone else is reviewing this attempt now/)
    .first()
    .waitFor();
  expect(await page.getByLabel("Your text").inputValue()).toBe(NOTE);
  await rows("update public.review set state = 'QUEUED', claimed_by = null, claimed_until = null where id = $1", [second.id]);
  await context.close();
});

it("marks refused for one answer are not typed into the next; a mistyped mark is taken back", async () => {
  const [exam] = await rows<{ id: string; college: string }>(
    `select e.id, e.college_id as college from public.exam e where e.status in ('CLOSED', 'GRADED', 'PUBLISHED')
       and e.college_id = (select a.college_id from console.staff_assignment a join console.staff m on m.id = a.staff_id where m.email = 'manager@invigil.local' limit 1)
       and (select count(*) from public.student_exam_attempt a where a.exam_id = e.id and a.state <> 'IN_PROGRESS') > 5 order by e.start_time desc limit 1`,
  );
  const was = (await rows<{ status: string }>("select status from public.exam where id = $1", [exam!.id]))[0]!.status;
  // An essay that three students have answered, in an exam that is being marked.
  await owner.query("alter table public.exam disable trigger status_machine");
  await rows("update public.exam set status = 'CLOSED' where id = $1", [exam!.id]);
  await rows(
    `with essay as (insert into public.question (id, college_id, exam_id, text, type, marks, order_index)
       values (public.invigil_uuid7(), $2, $1, 'Discuss the tides', 'ESSAY', 9, -1) returning id)
     insert into public.student_answer (id, college_id, attempt_id, question_id, answer_text)
     select public.invigil_uuid7(), $2, a.id, essay.id, 'The moon' from essay, (select id from public.student_exam_attempt where exam_id = $1 and state <> 'IN_PROGRESS' order by candidate_no limit 3) a`,
    [exam!.id, exam!.college],
  );
  try {
    const { page, context } = await logIn(browser, "manager");
    await page.goto(`/exams/${exam!.id}/marking`);
    const waiting = async () => Number.parseInt(await page.getByRole("heading", { level: 1 }).innerText(), 10);
    const before = await waiting();
    const answer = await page.locator("input[name=answerId]").first().inputValue();
    await page.getByLabel(/^Marks of 9/).fill("7");
    await rows("update public.student_answer set is_correct = false, marks_awarded = 300, updated_at = now() where id = $1", [
      answer,
    ]);
    await page.getByRole("button", { name: "Save and next" }).click();
    await page.getByText("Someone has already marked this answer").waitFor();
    await expect.poll(waiting).toBe(before - 1);
    expect(await page.getByLabel(/^Marks of 9/).inputValue()).toBe("");
    await page
      .getByRole("button", { name: /^Undo the mark/ })
      .first()
      .click();
    await expect.poll(waiting).toBe(before);
    await context.close();
  } finally {
    await rows(
      "delete from public.student_answer s using public.question q where q.id = s.question_id and q.exam_id = $1 and q.order_index = -1",
      [exam!.id],
    );
    await rows("delete from public.question where exam_id = $1 and order_index = -1", [exam!.id]);
    await rows("update public.exam set status = $2 where id = $1", [exam!.id, was]);
    await owner.query("alter table public.exam enable trigger status_machine");
  }
});
