import type { DemoStaff } from "./audit.ts";
import { Table } from "./copy.ts";
import { Random } from "./random.ts";

const HOUR = 3_600_000;

const NOTES: Record<string, readonly string[]> = {
  CLEARED: [
    "Looks away while reading long questions; answers come at an even pace.",
    "Focus losses are notifications of the operating system, two seconds each.",
    "Second face is a passer-by behind the window.",
  ],
  INCONCLUSIVE: ["Tab switches without any answer near them; nothing to show for it.", "Sound could be the room next door."],
  VIOLATION: [
    "Pastes into the essay within seconds of each tab switch, four times.",
    "A second person reads along from minute twelve; both speak before answers 7 to 11.",
  ],
};

/** From this risk on, reviewers of old exams have reported violations. */
const STRONG = 60;
const WAYS = [
  ["stands", 5],
  ["disputed", 1],
  ["alone", 3],
] as const;

/** Who decided what until now: every decided review has its decision, a few wait for a second person, one is appealed. */
export function reviewTables(random: Random, now: number, exams: Table[], staff: DemoStaff[]): Table[] {
  const decisions = new Table("public.review_decision", [
    "id",
    "college_id",
    "review_id",
    "round",
    "decider_id",
    "decision",
    "note",
    "created_at",
    "updated_at",
  ]);
  const holds = new Table("public.result_hold", [
    "id",
    "college_id",
    "attempt_id",
    "review_id",
    "action",
    "prior_state",
    "prior_score",
    "prior_result",
    "created_at",
    "updated_at",
  ]);
  const appeals = new Table("public.appeal", [
    "id",
    "college_id",
    "review_id",
    "filed_by",
    "statement",
    "deadline_at",
    "created_at",
    "updated_at",
  ]);
  // Its own, so that the other draws of the demo stay where they are.
  const course = new Random(77);
  const find = (name: string) => exams.find((table) => table.name === name)!;
  const reviews = find("public.review");
  const attempts = find("public.student_exam_attempt");
  const results = find("public.exam_result");
  const at = (table: Table, column: string) => table.columns.indexOf(column);
  const attemptOf = new Map(attempts.rows.map((row) => [row[0], row]));
  const person = (email: string) => staff.find((staff) => staff.email === email)!.id;
  const proctors = [person("proctor@invigil.local"), person("proctor2@invigil.local")] as const;

  const decide = (row: Table["rows"][number], round: number, who: string, decision: string, when: number) =>
    decisions.add(
      random.id(when),
      row[1]!,
      row[0]!,
      round,
      who,
      decision,
      random.pick(NOTES[decision]!),
      new Date(when),
      new Date(when),
    );
  const move = (row: Table["rows"][number], state: string, when: Date | null) => {
    row[at(reviews, "state")] = state;
    row[at(reviews, "withholds")] = state === "SECOND";
    row[at(reviews, "decided_at")] = when;
    attemptOf.get(row[at(reviews, "attempt_id")]!)![at(attempts, "review_state")] = state;
  };

  const resultOf = new Map(results.rows.map((row) => [row[at(results, "attempt_id")], row]));
  /** A violation that stands holds the result of a graded exam back. */
  const withhold = (row: Table["rows"][number], when: number) => {
    const attempt = attemptOf.get(row[at(reviews, "attempt_id")]!)!;
    const result = resultOf.get(attempt[0]!);
    holds.add(
      random.id(when),
      row[1]!,
      attempt[0]!,
      row[0]!,
      "WITHHELD",
      attempt[at(attempts, "state")]!,
      attempt[at(attempts, "score")]!,
      result
        ? JSON.stringify(
            Object.fromEntries(
              ["score", "percentage", "grade", "passed", "withheld", "published_at"].map((column) => [
                column,
                result[at(results, column)],
              ]),
            ),
          )
        : null,
      new Date(when),
      new Date(when),
    );
    attempt[at(attempts, "state")] = "WITHHELD";
    if (result) result[at(results, "withheld")] = true;
    move(row, "VIOLATION", new Date(when));
  };

  let second = 0;
  let appealed = false;
  const colleges = new Set(attempts.rows.map((row) => row[1]));
  const first = [...colleges][0];
  for (const row of reviews.rows) {
    const state = row[at(reviews, "state")];
    const decidedAt = row[at(reviews, "decided_at")];
    if (decidedAt instanceof Date) {
      const when = decidedAt.getTime();
      const strong = row[at(reviews, "sampled")] === false && Number(row[at(reviews, "score")]) >= STRONG;
      const way = strong ? course.weighted(WAYS) : "alone";
      if (way === "alone") decide(row, 1, random.pick(proctors), String(state), when);
      else {
        decide(row, 1, proctors[0], "VIOLATION", when - 4 * HOUR);
        decide(row, 2, proctors[1], way === "stands" ? "VIOLATION" : "CLEARED", when - 2 * HOUR);
      }
      if (way === "disputed") {
        decide(row, 3, person("super@invigil.local"), "CLEARED", when);
        move(row, "CLEARED", decidedAt);
      }
      if (way === "stands") withhold(row, when - 2 * HOUR);
      continue;
    }
    const attempt = attemptOf.get(row[at(reviews, "attempt_id")]!)!;
    const score = Number(row[at(reviews, "score")]);
    if (state !== "QUEUED" || score < 55) continue;
    if (!appealed && row[1] === first && attempt[at(attempts, "state")] === "SUBMITTED") {
      appealed = true;
      const when = now - 20 * HOUR;
      decide(row, 1, proctors[0], "VIOLATION", when);
      decide(row, 2, proctors[1], "VIOLATION", when + 2 * HOUR);
      holds.add(
        random.id(when + 2 * HOUR),
        row[1]!,
        attempt[0]!,
        row[0]!,
        "WITHHELD",
        "SUBMITTED",
        attempt[at(attempts, "score")]!,
        null,
        new Date(when + 2 * HOUR),
        new Date(when + 2 * HOUR),
      );
      attempt[at(attempts, "state")] = "WITHHELD";
      move(row, "APPEALED", new Date(when + 2 * HOUR));
      appeals.add(
        random.id(now - 6 * HOUR),
        row[1]!,
        row[0]!,
        person("manager@invigil.local"),
        "The student says that the pasted passages are from their own notes, which were allowed in this exam, and asks to have them compared.",
        new Date(now - 6 * HOUR + 14 * 24 * HOUR),
        new Date(now - 6 * HOUR),
        new Date(now - 6 * HOUR),
      );
    } else if (second < 4) {
      // Two for each of the proctors to look at a second time.
      decide(row, 1, proctors[second % 2]!, "VIOLATION", now - (3 + second) * HOUR);
      move(row, "SECOND", null);
      second++;
    }
  }
  return [decisions, holds, appeals];
}
