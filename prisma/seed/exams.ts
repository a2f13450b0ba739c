import type { ReviewState } from "../../app/domains/integrity/machine.ts";
import { withholding } from "../../app/domains/integrity/score/withholding.ts";
import { SIGNALS, type SignalType } from "../../app/domains/integrity/signals.ts";
import { Table } from "./copy.ts";
import type { College, Person, Roster } from "./platform.ts";
import type { Random } from "./random.ts";

/** One in so many unflagged attempts of old exams was drawn at random and reviewed. */
const SAMPLED_EVERY = 149;
const MINUTE = 60_000;
const DAY = 86_400_000;
const ITEMS = 20;

type Item = { id: string; type: string; options: string[]; key: number; marks: number; difficulty: number; lures: number[] };
type Sheet = { person: Person; attemptId: string; picks: (number | null)[]; started: number; ended: number | null };

/** Where the planted things are, for whoever demonstrates or tests them. */
export type Planted = {
  rings: { examId: string; collegeId: string; attemptIds: string[] }[];
  stall: { examId: string; collegeId: string; from: Date; to: Date };
};

function tables() {
  return {
    exam: new Table("public.exam", [
      "id",
      "college_id",
      "title",
      "description",
      "duration_minutes",
      "total_marks",
      "passing_marks",
      "start_time",
      "end_time",
      "subject_id",
      "class_id",
      "created_by_id",
      "status",
      "enable_webcam_monitoring",
      "frozen_at",
      "published_at",
      "created_at",
      "updated_at",
    ]),
    question: new Table("public.question", [
      "id",
      "college_id",
      "exam_id",
      "text",
      "type",
      "correct_answer",
      "marks",
      "difficulty",
      "order_index",
    ]),
    option: new Table("public.question_option", ["id", "college_id", "question_id", "text", "is_correct", "order_index"]),
    attempt: new Table("public.student_exam_attempt", [
      "id",
      "college_id",
      "user_id",
      "exam_id",
      "attempt_no",
      "candidate_no",
      "state",
      "started_at",
      "ended_at",
      "deadline_at",
      "last_seen_at",
      "answered_count",
      "score",
      "total_marks",
      "is_completed",
      "ip_address",
      "user_agent",
      "browser_fingerprint",
      "suspicious_activity",
      "violation_count",
      "risk_score",
      "review_state",
      "created_at",
      "updated_at",
    ]),
    answer: new Table("public.student_answer", [
      "id",
      "college_id",
      "attempt_id",
      "question_id",
      "selected_option_id",
      "answer_text",
      "is_correct",
      "marks_awarded",
      "time_spent",
      "revisions",
      "answered_at",
    ]),
    result: new Table("public.exam_result", [
      "id",
      "college_id",
      "user_id",
      "exam_id",
      "attempt_id",
      "score",
      "total_marks",
      "percentage",
      "grade",
      "passed",
      "end_time",
      "published_at",
      "withheld",
    ]),
    event: new Table("public.integrity_event", [
      "id",
      "college_id",
      "attempt_id",
      "type",
      "at",
      "received_at",
      "seq",
      "duration_ms",
      "details",
    ]),
    review: new Table("public.review", [
      "id",
      "college_id",
      "attempt_id",
      "state",
      "score",
      "reasons",
      "withholds",
      "sampled",
      "decided_at",
      "created_at",
      "updated_at",
    ]),
    accommodation: new Table("public.accommodation", [
      "id",
      "college_id",
      "user_id",
      "extra_percent",
      "ignored_signals",
      "reason",
    ]),
  };
}

function makeItems(
  random: Random,
  t: ReturnType<typeof tables>,
  collegeId: string,
  examId: string,
  subject: string,
  made: number,
): Item[] {
  return Array.from({ length: ITEMS }, (_, index): Item => {
    const type = index === 18 ? "SHORT_ANSWER" : index === 19 ? "ESSAY" : index % 9 === 8 ? "TRUE_FALSE" : "MULTIPLE_CHOICE";
    const size = type === "MULTIPLE_CHOICE" ? 5 : type === "TRUE_FALSE" ? 2 : 0;
    const id = random.id(made + index);
    const key = size > 0 ? random.int(0, size - 1) : 0;
    const difficulty = random.normal(0, 0.9);
    const marks = type === "ESSAY" ? 8 : type === "SHORT_ANSWER" ? 4 : 2;
    const item: Item = {
      id,
      type,
      options: [],
      key,
      marks,
      difficulty,
      lures: Array.from({ length: size }, (_, o) => (o === key ? 0 : 0.2 + random.next() ** 2)),
    };
    const words: Record<string, string> = {
      MULTIPLE_CHOICE: `Which statement about ${subject.toLowerCase()} holds in case ${index + 1}?`,
      TRUE_FALSE: `Claim ${index + 1} about ${subject.toLowerCase()} is true.`,
      SHORT_ANSWER: `Name the principle of ${subject.toLowerCase()} used in case ${index + 1}.`,
      ESSAY: `Discuss one application of ${subject.toLowerCase()} and its limits.`,
    };
    t.question.add(
      id,
      collegeId,
      examId,
      words[type]!,
      type,
      size > 0 ? String(key) : type === "SHORT_ANSWER" ? "equilibrium" : null,
      marks,
      difficulty > 0.5 ? "HARD" : difficulty < -0.5 ? "EASY" : "MEDIUM",
      index,
    );
    for (let o = 0; o < size; o++) {
      const optionId = random.id(made + index);
      item.options.push(optionId);
      t.option.add(
        optionId,
        collegeId,
        id,
        type === "TRUE_FALSE" ? (o === 0 ? "True" : "False") : `Statement ${"ABCDE"[o]}`,
        o === key,
        o,
      );
    }
    return item;
  });
}

function choose(random: Random, item: Item, ability: number): number {
  if (item.options.length === 0) return 0;
  const p = 0.18 + 0.82 / (1 + Math.exp(-1.3 * (ability - item.difficulty)));
  if (random.chance(p)) return item.key;
  return random.weighted(item.lures.map((lure, option) => [option, lure] as const));
}

/** Exams past, live and to come; attempts, answers and signals that look like people. */
export function examTables(random: Random, now: number, colleges: College[]): { tables: Table[]; planted: Planted } {
  const t = tables();
  const planted: Planted = { rings: [], stall: undefined as never };
  const taking = colleges.filter((college) => college.status !== "EXPIRED");
  const plan: { college: College; roster: Roster; start: number; phase: "past" | "live" | "next" }[] = [];
  const hour = Math.floor(now / 3_600_000) * 3_600_000;
  const slot = (at: number) => Math.floor(at / DAY) * DAY + random.pick([9, 10.5, 13, 14, 15.5]) * 3_600_000;
  for (let i = 0; i < 174; i++) {
    const college = taking[i % taking.length]!;
    plan.push({
      college,
      roster: college.classes[Math.floor(i / taking.length) % college.classes.length]!,
      start: slot(now - (1 + Math.floor(i / 3)) * DAY),
      phase: "past",
    });
  }
  for (let i = 0; i < 6; i++) {
    const college = taking[i]!;
    plan.push({ college, roster: college.classes.at(-1 - (i % 2))!, start: hour - random.int(5, 40) * MINUTE, phase: "live" });
  }
  for (let i = 0; i < 60; i++) {
    const college = taking[(i * 7) % taking.length]!;
    const day = Math.floor(i / 4.3);
    // One morning too many chose: what readiness is for.
    const crowded = i >= 14 && i < 40 && i % 4 !== 0;
    const at = crowded
      ? Math.floor(now / DAY + 5) * DAY + 9 * 3_600_000
      : day === 0
        ? Math.max(slot(now), hour + random.int(1, 6) * 3_600_000)
        : slot(now + day * DAY);
    plan.push({ college, roster: college.classes[i % college.classes.length]!, start: at, phase: "next" });
  }
  const stalled = plan.findIndex((one) => one.phase === "past" && one.college.code === "NORTH");
  const ringed = new Map([
    [plan.findIndex((one, index) => one.phase === "past" && one.college.code === "BRIGID" && index > 3), 4],
    [plan.findIndex((one, index) => one.phase === "past" && one.college.code === "HARBOUR" && index > 3), 3],
    [plan.findIndex((one, index) => one.phase === "past" && one.college.code === "EASTGATE" && index > 3), 2],
  ]);

  plan.forEach(({ college, roster, start, phase }, index) => {
    const duration = random.pick([60, 75, 90, 120]);
    const examId = random.id(start - 20 * DAY);
    const end = start + (phase === "live" ? 150 : duration + 30) * MINUTE;
    const age = (now - start) / DAY;
    const status =
      phase === "past"
        ? age < 3
          ? "CLOSED"
          : age < 6
            ? "GRADED"
            : "PUBLISHED"
        : phase === "live"
          ? "LIVE"
          : index % 9 === 0
            ? "DRAFT"
            : "SCHEDULED";
    const made = start - 20 * DAY;
    const items = makeItems(random, t, college.id, examId, roster.subject, made);
    const total = items.reduce((sum, item) => sum + item.marks, 0);
    const title = `${roster.subject} ${random.pick(["midterm", "final", "module test", "resit", "practical"])}`;
    t.exam.add(
      examId,
      college.id,
      title,
      null,
      duration,
      total,
      Math.round(total / 2),
      new Date(start),
      new Date(end),
      roster.subjectId,
      roster.id,
      college.teachers[0]!.id,
      status,
      random.chance(0.4),
      phase === "next" ? null : new Date(start),
      status === "PUBLISHED" ? new Date(start + 4 * DAY) : null,
      new Date(made),
      new Date(made),
    );
    if (phase === "next") return;

    const stall = index === stalled ? { from: start + 40 * MINUTE, to: start + 44 * MINUTE } : null;
    if (stall) planted.stall = { examId, collegeId: college.id, from: new Date(stall.from), to: new Date(stall.to) };
    const ring = ringed.get(index) ?? 0;
    const sitting = roster.students.filter(() => random.chance(0.955));
    const sheets: Sheet[] = sitting.map((person) => {
      const came = start + Math.max(0, Math.round(random.normal(3, 3))) * MINUTE + random.int(0, 59) * 1000;
      const started = Math.min(came, now - MINUTE / 2);
      const span = Math.min(duration, Math.max(duration * 0.45, random.normal(duration * 0.85, duration * 0.12))) * MINUTE;
      const done = phase === "past" || random.chance(0.05);
      const reach = done ? ITEMS : Math.max(1, Math.min(ITEMS - 1, Math.round(((now - started) / span) * ITEMS)));
      return {
        person,
        attemptId: random.id(started),
        started,
        ended: done ? Math.min(started + span, phase === "live" ? now : Infinity) : null,
        picks: items.map((item, order) => (order >= reach || random.chance(0.015) ? null : choose(random, item, person.ability))),
      };
    });
    if (ring > 0) {
      // A weak leader, so that there is something wrong to share.
      const members = random.shuffle(sheets.filter((sheet) => sheet.person.ability < 0.2)).slice(0, ring);
      const leader = members[0]!;
      // Wrong in three of four, seldom where others err too, and copied to the last answer: a ring stands out on whatever day
      // and at whatever hour the demo is made.
      leader.picks = items.map((item, order) =>
        item.options.length < 4 || order % 4 === 0
          ? item.key
          : random.weighted(item.lures.map((lure, option) => [option, option === item.key ? 0 : 1 / lure] as const)),
      );
      for (const member of members.slice(1)) member.picks = [...leader.picks];
      planted.rings.push({ examId, collegeId: college.id, attemptIds: members.map((member) => member.attemptId) });
    }
    const inRing = new Set(planted.rings.at(-1)?.examId === examId ? planted.rings.at(-1)!.attemptIds : []);
    sheets.forEach((sheet, order) =>
      writeSheet(random, t, {
        sheet,
        items,
        examId,
        college,
        total,
        status,
        order,
        duration,
        now,
        stall,
        ring: inRing.has(sheet.attemptId),
        start,
      }),
    );
  });
  for (const college of taking) {
    for (const student of college.students.slice(0, 4))
      t.accommodation.add(random.id(now - 30 * DAY), college.id, student.id, 25, ["GAZE_AWAY"], "Uses a screen reader");
  }
  return { tables: Object.values(t), planted };
}

type SheetWork = {
  sheet: Sheet;
  items: Item[];
  examId: string;
  college: College;
  total: number;
  status: string;
  order: number;
  duration: number;
  now: number;
  stall: { from: number; to: number } | null;
  ring: boolean;
  start: number;
};

function writeSheet(random: Random, t: ReturnType<typeof tables>, work: SheetWork): void {
  const { sheet, items, examId, college, total, status, order, duration, now, stall } = work;
  const { person, attemptId, started } = sheet;
  const span = (sheet.ended ?? now) - started;
  let at = started;
  let score = 0;
  let answered = 0;
  const share = span / ITEMS;
  items.forEach((item, index) => {
    const pick = sheet.picks[index];
    if (pick === null || pick === undefined) return;
    const spent = Math.max(4, Math.round(Math.exp(random.normal(Math.log(Math.max(6, share / 1000)), 0.45))));
    at = Math.min(at + spent * 1000, sheet.ended ?? now);
    const closed = item.options.length > 0;
    const right = closed ? pick === item.key : random.chance(0.55);
    const marked = closed || status !== "CLOSED";
    const marks = right ? item.marks * 100 : closed || !marked ? 0 : random.int(0, item.marks * 60);
    score += marked ? marks : 0;
    answered++;
    t.answer.add(
      random.id(at),
      college.id,
      attemptId,
      item.id,
      closed ? item.options[pick]! : null,
      closed
        ? null
        : item.type === "ESSAY"
          ? "The main application rests on a balance of forces, whose limits show when the assumptions fail."
          : right
            ? "equilibrium"
            : "conservation",
      closed ? right : marked ? right : null,
      marked ? marks : 0,
      Math.min(spent, 1800),
      random.chance(0.12) ? random.int(1, 3) : 0,
      new Date(at),
    );
  });

  const kind = work.ring
    ? "ring"
    : random.weighted([
        ["clean", 78],
        ["some", 16],
        ["noisy", 5],
        ["cheat", 1],
      ] as const);
  const counts = new Map<SignalType, number>();
  let seq = 0;
  const signal = (type: SignalType, when: number, durationMs: number | null = null) => {
    if (when > (sheet.ended ?? now)) return;
    counts.set(type, (counts.get(type) ?? 0) + 1);
    t.event.add(
      random.id(when),
      college.id,
      attemptId,
      type,
      new Date(when),
      new Date(Math.min(when + random.int(80, 900), now)),
      ++seq,
      durationMs,
      null,
    );
  };
  const somewhere = () => started + random.next() * span;
  const times = (n: number, run: () => void) => {
    for (let i = 0; i < n; i++) run();
  };
  if (kind === "some")
    times(random.int(1, 3), () =>
      signal(random.pick(["WINDOW_BLUR", "TAB_SWITCH", "GAZE_AWAY", "CONTEXT_MENU"]), somewhere(), random.int(800, 9000)),
    );
  if (kind === "noisy")
    times(random.int(5, 12), () =>
      signal(
        random.pick(["WINDOW_BLUR", "TAB_SWITCH", "FULLSCREEN_EXIT", "GAZE_AWAY", "SPEECH"]),
        somewhere(),
        random.int(800, 30_000),
      ),
    );
  if (kind === "cheat") {
    times(random.int(3, 4), () => signal("PASTE", somewhere()));
    times(random.int(2, 3), () => signal("SEVERAL_FACES", somewhere(), random.int(2000, 9000)));
    times(random.int(4, 6), () => signal("TAB_SWITCH", somewhere(), random.int(2000, 40_000)));
    if (random.chance(0.5)) signal("PHONE", somewhere(), 4000);
  }
  if (kind === "ring") times(random.int(0, 2), () => signal("WINDOW_BLUR", somewhere(), random.int(800, 4000)));
  if (random.chance(0.02)) {
    const lost = somewhere();
    signal("NETWORK_LOST", lost, 20_000);
    signal("NETWORK_RESTORED", lost + 20_000);
  }
  if (stall && random.chance(0.9)) {
    const lost = stall.from + random.int(1, 40) * 1000;
    signal("NETWORK_LOST", lost, stall.to - lost);
    signal("HEARTBEAT_GAP", lost + 15_000, stall.to - lost);
    if (random.chance(0.6)) signal("LONG_PAUSE", lost + 30_000, 150_000);
    signal("NETWORK_RESTORED", stall.to + random.int(1, 8) * 1000);
    signal("SAVE_BURST", stall.to + random.int(4, 20) * 1000, 6000);
    // Within the window still: clients retry while the stall lasts.
    if (random.chance(0.7)) signal("SAVE_BURST", stall.to - random.int(2, 9) * 1000, 4000);
    if (random.chance(0.5)) signal("CONCURRENT_SESSION", stall.to - random.int(1, 6) * 1000);
  }
  const reasons = [...counts]
    .filter(([type]) => SIGNALS[type].points > 0)
    .map(([type, n]) => ({ signal: type, count: n, points: Math.min(n, SIGNALS[type].cap) * SIGNALS[type].points }));
  const risk = Math.min(
    100,
    reasons.reduce((sum, reason) => sum + reason.points, 0),
  );
  const violations = [...counts].reduce((sum, [type, n]) => sum + (SIGNALS[type].violation ? n : 0), 0);
  const percentage = Math.round((score / (total * 100)) * 10_000);
  const old = status === "PUBLISHED" && work.start < now - 12 * DAY;
  // Drawn by the person's place in the order, so that no other draw of the demo moves.
  const sampled = old && sheet.ended !== null && risk < 40 && order % SAMPLED_EVERY === 3;
  const reviewState =
    sheet.ended === null || risk < 40
      ? sampled
        ? "CLEARED"
        : "NONE"
      : old
        ? random.weighted([
            ["CLEARED", 7],
            ["INCONCLUSIVE", 3],
          ] as const)
        : "QUEUED";
  const published = status === "PUBLISHED";
  const graded = published || status === "GRADED";
  t.attempt.add(
    attemptId,
    college.id,
    person.id,
    examId,
    1,
    1000 + order,
    sheet.ended === null ? "IN_PROGRESS" : graded ? "GRADED" : "SUBMITTED",
    new Date(started),
    sheet.ended === null ? null : new Date(sheet.ended),
    new Date(started + duration * MINUTE),
    new Date(sheet.ended ?? now - random.int(0, 20) * 1000),
    answered,
    score,
    total,
    sheet.ended !== null,
    person.address,
    person.agent,
    person.fingerprint,
    violations > 0,
    violations,
    risk,
    reviewState,
    new Date(started),
    new Date(sheet.ended ?? now),
  );
  if (graded) {
    const letter =
      percentage >= 9000 ? "A" : percentage >= 7500 ? "B" : percentage >= 6000 ? "C" : percentage >= 5000 ? "D" : "F";
    t.result.add(
      random.id(sheet.ended ?? now),
      college.id,
      person.id,
      examId,
      attemptId,
      score,
      total,
      percentage,
      letter,
      percentage >= 5000,
      new Date(sheet.ended ?? now),
      published ? new Date(work.start + 4 * DAY) : null,
      false,
    );
  }
  if (reviewState !== "NONE") {
    const decided = reviewState !== "QUEUED";
    t.review.add(
      sampled ? attemptId : random.id(sheet.ended ?? now),
      college.id,
      attemptId,
      reviewState,
      risk,
      JSON.stringify(reasons),
      withholding({ state: reviewState as ReviewState, reasons, sampled }).withheld,
      sampled,
      decided ? new Date(work.start + 2 * DAY) : null,
      new Date(sheet.ended ?? now),
      new Date(sheet.ended ?? now),
    );
  }
}
