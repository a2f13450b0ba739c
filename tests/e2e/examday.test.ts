import { randomUUID } from "node:crypto";
import fs from "node:fs";
import type pg from "pg";
import type { Browser, Page } from "playwright";
import { afterAll, beforeAll, expect, inject, it } from "vitest";
import { expectAccessible, logIn, openBrowser } from "../browser.ts";
import { demoOwner } from "../demo-database.ts";

// One day, five people: the database stalls under a live exam, and nobody is taken for a cheat because of it.
const { base, password } = { ...inject("demo") };
let browser: Browser;
let owner: pg.Client;
let blocker: pg.Client;

beforeAll(async () => {
  browser = await openBrowser();
  [owner, blocker] = await Promise.all([demoOwner("clock of the story"), demoOwner("release-tool")]);
});
afterAll(async () => {
  await Promise.allSettled([owner?.end(), blocker?.end()]);
  await browser?.close();
});

const rows = async <T>(text: string, values: unknown[] = []) => (await owner.query(text, values)).rows as T[];

/** The pictures in the documentation are taken by this journey: INVIGIL_PICTURES=1 writes them again. */
async function picture(page: Page, name: string): Promise<void> {
  if (!process.env["INVIGIL_PICTURES"]) return;
  fs.mkdirSync("docs/pictures/exam-day", { recursive: true });
  await page.evaluate(() => window.scrollTo(0, 0));
  await page.waitForLoadState("networkidle");
  await page.waitForTimeout(400);
  await page.screenshot({ path: `docs/pictures/exam-day/${name}.png` });
}

/** Loads the page again until it says what is looked for: samples come every second, rules are judged after some. */
async function until(page: Page, path: string, text: RegExp, seconds = 60): Promise<void> {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    await page.goto(path);
    if (text.test(await page.locator("main").innerText())) return;
    if (Date.now() > end) throw new Error(`${path} never said ${text}`);
    await page.waitForTimeout(1500);
  }
}

async function eventually(check: () => Promise<boolean>, seconds = 60): Promise<void> {
  const end = Date.now() + seconds * 1000;
  while (!(await check())) {
    if (Date.now() > end) throw new Error("it did not happen in time");
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

/** A tenant's exam client gets its key from the console, as it would in life. */
async function keyFor(college: string): Promise<string> {
  const { page, context } = await logIn(browser, "super");
  await page.goto("/settings/api-keys");
  await page.locator("select[name=collegeId]").selectOption({ label: college });
  await page.getByLabel("What for").fill("Exam client of the story");
  await page.getByRole("button", { name: "Create key" }).click();
  const said = await page.getByText("It is shown only once.").locator("..").innerText();
  await context.close();
  return said.split(/\s/)[0]!;
}

const CHEAT: [string, number][] = [
  ["SEVERAL_FACES", 3],
  ["PHONE", 2],
  ["FACE_MISMATCH", 2],
  ["PASTE", 4],
];

it("an exam day: a stall, an incident, the act, the time given, the flags explained, the cheats decided, the log verified", async () => {
  const [exam] = await rows<{ id: string; title: string; college: string; code: string; writing: number }>(
    `select e.id, e.title, c.name as college, c.code, count(*)::int as writing from public.exam e
     join public.college c on c.id = e.college_id join public.student_exam_attempt a on a.exam_id = e.id and a.college_id = e.college_id
     where e.status = 'LIVE' and a.state = 'IN_PROGRESS' and c.code <> 'NORTH' and e.end_time > now() + interval '10 minutes'
     group by e.id, e.title, c.name, c.code having count(*) >= 40 order by max(a.risk_score), e.id limit 1`,
  );
  // They began five minutes ago and have an hour: whoever has written for twenty may hand in before the stall.
  const attempts = await rows<{ id: string; no: number }>(
    `update public.student_exam_attempt set started_at = now() - interval '5 minutes', deadline_at = now() + interval '1 hour'
     where id in (select id from public.student_exam_attempt where exam_id = $1 and state = 'IN_PROGRESS' and deadline_at > now()
                  order by risk_score, id limit 3 for update)
     returning id, candidate_no as no`,
    [exam!.id],
  );
  const cheats = attempts.map((attempt) => attempt.id);

  // Three students cheat, and their browsers say so. It is stall or no stall: nothing excuses a second face.
  const key = await keyFor(exam!.college);
  const said = await fetch(`${base}/api/v1/integrity/events`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify({
      events: cheats.flatMap((attemptId) =>
        CHEAT.flatMap(([type, times]) =>
          Array.from({ length: times }, (_, index) => ({
            id: randomUUID(),
            attemptId,
            type,
            at: new Date(Date.now() - 60_000 + index * 5000).toISOString(),
            seq: 900_000 + index,
            durationMs: 3000,
          })),
        ),
      ),
    }),
  });
  expect(await said.json()).toMatchObject({ accepted: 33, rejected: [] });

  // The stall: a release tool locks the answers, and every save waits.
  await blocker.query("begin; lock table public.student_answer in access exclusive mode");
  const locked = Date.now();
  const sre = await logIn(browser, "sre");
  await until(sre.page, "/", /Incident \d+ is under way: Lock on student_answer/);
  const [incident] = await rows<{ number: number; id: string }>(
    "select number, id from console.incident where state = 'OPEN' order by number desc limit 1",
  );
  const number = incident!.number;
  await picture(sre.page, "1-overview");

  const proctor = await logIn(browser, "proctor");
  await until(proctor.page, `/exams/${exam!.id}/live`, /Answers can't be saved: their table is locked/);
  await proctor.page.getByRole("link", { name: new RegExp(`Incident ${number}: Lock on student_answer`) }).waitFor();
  await picture(proctor.page, "2-live-board");
  await expectAccessible(proctor.page);

  // A stall that is over before anyone's browser gave up explains nothing.
  await sre.page.waitForTimeout(Math.max(0, 25_000 - (Date.now() - locked)));
  await sre.page.goto("/");
  await sre.page.getByRole("link", { name: new RegExp(`Incident ${number}: Lock on student_answer`) }).click();
  await sre.page.getByRole("link", { name: "View cause" }).click();
  await sre.page.getByText("release-tool").first().waitFor();
  await picture(sre.page, "3-who-blocks");
  await sre.page
    .getByRole("link", { name: /^Terminate pid/ })
    .first()
    .click();
  await sre.page.getByLabel("Reason").fill("It blocks every exam");
  await sre.page.getByRole("button", { name: "Terminate", exact: true }).click();
  const proof = sre.page.locator("input[name=_proof]");
  const ended = sre.page.getByText(/has ended\./);
  await Promise.race([proof.waitFor(), ended.waitFor()]);
  if (await proof.isVisible()) {
    await proof.fill(password);
    await sre.page.getByRole("button", { name: "Terminate", exact: true }).click();
  }
  await ended.waitFor();
  await until(sre.page, `/database/incidents/${number}`, /Resolved/);
  await picture(sre.page, "4-incident");

  // What it cost is given back, with the incident as its reason.
  await proctor.page.goto(`/exams/incidents/${number}`, { waitUntil: "networkidle" });
  await proctor.page.getByLabel("Minutes").fill("5");
  await proctor.page.getByRole("button", { name: "Give time" }).click();
  await proctor.page.getByText(/students in \d+ exams have more time\./).waitFor();
  await proctor.page.goto(`/exams/${exam!.id}/live`);
  await proctor.page.getByText("+5 min").first().waitFor();

  // The browsers report what they saw; then the hours pass, and the exam ends.
  await eventually(
    async () =>
      (
        await rows<{ n: number }>(
          "select count(*)::int as n from public.integrity_event i join public.student_exam_attempt a on a.id = i.attempt_id and a.college_id = i.college_id where a.exam_id = $1 and i.type = 'NETWORK_LOST' and i.at > $2",
          [exam!.id, new Date(locked)],
        )
      )[0]!.n > 20,
  );
  await owner.query("update public.exam set end_time = now() where id = $1", [exam!.id]);
  const hoursPass = () =>
    owner.query("update public.student_exam_attempt set deadline_at = now() where exam_id = $1 and deadline_at > now()", [
      exam!.id,
    ]);
  await eventually(
    async () =>
      // Also for someone who began at that moment.
      (await hoursPass()) &&
      (
        await rows<{ done: boolean }>(
          "select e.status <> 'LIVE' and not exists (select 1 from public.student_exam_attempt a where a.exam_id = e.id and a.needs_scoring) as done from public.exam e where e.id = $1",
          [exam!.id],
        )
      )[0]!.done,
    90,
  );

  // The next day: flags that the stall explains stand among the real ones, until they are cleared together.
  const queue = `/integrity?exam=${exam!.id}`;
  const inQueue = async () =>
    await rows<{ id: string }>(
      "select r.attempt_id as id from public.review r join public.student_exam_attempt a on a.id = r.attempt_id and a.college_id = r.college_id where a.exam_id = $1 and r.state = 'QUEUED' order by r.score desc, r.id desc",
      [exam!.id],
    );
  await eventually(async () => (await inQueue()).length >= 3);
  const before = await inQueue();
  await proctor.page.goto(queue);
  await picture(proctor.page, "5-queue-before");
  await proctor.page.goto(`/exams/incidents/${number}`);
  await proctor.page.getByText("network gap").waitFor();
  await picture(proctor.page, "6-what-it-explains");
  await expectAccessible(proctor.page);
  await proctor.page.getByRole("button", { name: /^Clear [\d,]+ signals together$/ }).click();
  await proctor.page.getByText(/are explained and no longer count/).waitFor();
  const after = await inQueue();
  expect(
    after
      .slice(0, 3)
      .map((one) => one.id)
      .sort(),
    "the real cheats are on top",
  ).toEqual([...cheats].sort());
  expect(after.length).toBeLessThanOrEqual(before.length);
  // Whatever is left has signals of its own: nothing rests on what the incident explains.
  expect(
    await rows(
      "select 1 from public.review r join public.student_exam_attempt a on a.id = r.attempt_id and a.college_id = r.college_id, jsonb_array_elements(r.reasons) reason where a.exam_id = $1 and r.state = 'QUEUED' and reason ->> 'signal' in ('NETWORK_LOST', 'HEARTBEAT_GAP', 'SAVE_BURST') and (reason ->> 'points')::int > 0 and (reason ->> 'incident') is not null",
      [exam!.id],
    ),
  ).toEqual([]);
  await proctor.page.goto(queue);
  await picture(proctor.page, "7-queue-after");

  // One of them is decided by two people, the second of whom does not see what the first one decided.
  const cheat = cheats[0]!;
  expect(
    await rows(
      "select a.started_at < i.to_at as begun, a.ended_at > i.from_at as open from public.student_exam_attempt a, console.incident i where a.id = $1 and i.number = $2",
      [cheat, number],
    ),
    "the incident fell into this attempt",
  ).toEqual([{ begun: true, open: true }]);
  for (const who of ["proctor", "proctor2"] as const) {
    const { page, context } = who === "proctor" ? proctor : await logIn(browser, who);
    await page.goto(`/integrity/attempts/${cheat}`);
    await page.getByRole("button", { name: /Claim for twenty minutes/ }).click();
    await page.getByText("In review, yours until").waitFor();
    await page.locator("svg").getByText(`Incident ${number}`).first().waitFor();
    if (who === "proctor") await picture(page, "8-attempt");
    else expect(await page.locator("main").innerText()).not.toContain("A second person dictates");
    await page
      .getByPlaceholder("What you saw and what it means…")
      .fill(who === "proctor" ? "A second person dictates from a phone" : "Two faces and a phone, three times over");
    await page.getByRole("button", { name: /Violation/ }).click();
    await page.waitForURL((url) => url.searchParams.has("decided"));
    if (who === "proctor2") await context.close();
  }
  expect(await rows("select state, review_state from public.student_exam_attempt where id = $1", [cheat])).toEqual([
    { state: "WITHHELD", review_state: "VIOLATION" },
  ]);
  // Someone who was only touched: the band, and reasons that say so.
  const [touched] = await rows<{ id: string }>(
    "select a.id from public.student_exam_attempt a join public.integrity_event i on i.attempt_id = a.id and i.college_id = a.college_id where a.exam_id = $1 and i.explained_number = $2 and a.id <> all($3) limit 1",
    [exam!.id, number, cheats],
  );
  await proctor.page.goto(`/integrity/attempts/${touched!.id}`);
  await proctor.page
    .getByText(new RegExp(`during incident #?${number}`))
    .filter({ visible: true })
    .first()
    .waitFor();
  await picture(proctor.page, "9-explained");

  // The auditor finds every one of these acts, and that nothing was changed.
  const auditor = await logIn(browser, "auditor");
  for (const action of ["backend.terminate", "incident.extra_time", "exam.extra_time", "integrity.explain", "review.decide"]) {
    await auditor.page.goto(`/audit?q=${encodeURIComponent(`action:${action}`)}&range=1h`);
    await auditor.page.locator("tbody .mono", { hasText: action }).first().waitFor();
  }
  await auditor.page.goto(`/audit?q=${encodeURIComponent(`"Incident ${number}"`)}&range=1h`);
  await auditor.page.locator("tbody .mono", { hasText: "integrity.explain" }).first().waitFor();
  await picture(auditor.page, "10-the-log");
  await auditor.page.goto("/audit/integrity");
  await auditor.page.getByRole("button", { name: "Verify now" }).click();
  await auditor.page.getByText("nothing was changed or cut").waitFor({ timeout: 30_000 });
  await picture(auditor.page, "11-verified");

  // And it can be taken back.
  await proctor.page.goto(`/exams/incidents/${number}`);
  await proctor.page.getByRole("button", { name: /^Undo: let/ }).click();
  await proctor.page.getByText(/Undone: [\d,]+ signals count again/).waitFor();
  await Promise.all([sre.context.close(), proctor.context.close(), auditor.context.close()]);
}, 300_000);
