import { count, plural } from "~/platform/format.ts";
import { SAMPLED_SAYS } from "../review/sample.ts";
import { sayExpected, sayReason, type Reason } from "../score/score.ts";
import { labelOf } from "../signals.ts";
import { withholding } from "../score/withholding.ts";

/** What is known when a decision is made. No name of a student is in it: it says "candidate", and is never changed. */
export type Facts = {
  outcome: "VIOLATION" | "CLEARED" | "INCONCLUSIVE";
  consequence: "WITHHELD" | "ZEROED" | null;
  candidateNo: number;
  exam: { title: string; college: string; className: string; teachers: number; candidates: number; questions: number };
  attempt: {
    startedAt: string;
    endedAt: string | null;
    ranOut: boolean;
    answered: number;
    extraMinutes: number;
    extraPercent: number;
  };
  score: number;
  threshold: number;
  sampled: boolean;
  reasons: Reason[];
  weights: { changed: boolean; points: Record<string, number> };
  pair: PairFacts | null;
  decisions: { round: number; decision: string; note: string; by: string; at: string }[];
  method: number;
  /** The decision in the audit log. */
  entryId: string;
  console: string;
};

export type PairFacts = {
  otherNo: number;
  eeic: number;
  differences: number;
  common: number;
  leftOut: number;
  log10p: number;
  expected: number;
  pairs: number;
  candidates: number;
  ring: number;
  limit: number;
  neighbours: { pairs: number; expected: number } | null;
  /** Where both sat, as far as a plan says it. */
  seats: { own: string | null; other: string | null };
  check: { runs: number; falsePairs: number; runsWithAny: number; seed: number } | null;
  computedAt: string;
  method: number;
};

type Section = { title: string; lines: string[] };
export type Statement = { version: 1; title: string; claim: string; sections: Section[]; facts: Facts };

const NUMBERS = ["No", "One", "Two", "Three"] as const;

const DECIDED: Record<string, string> = {
  VIOLATION: "a violation",
  CLEARED: "no violation",
  INCONCLUSIVE: "unclear",
};

function claimOf({ outcome, decisions, candidateNo, exam, consequence }: Facts): string {
  const who = `the attempt of candidate ${candidateNo} at “${exam.title}”`;
  if (outcome === "CLEARED") return `Nothing that stands was found in ${who}. The attempt counts as any other.`;
  if (outcome === "INCONCLUSIVE")
    return `It could not be decided whether ${who} broke a rule of the exam. Nothing is held against the candidate, and the attempt counts as any other.`;
  const agreed = decisions.filter((decision) => decision.decision === "VIOLATION").length;
  const people =
    agreed === decisions.length
      ? `${NUMBERS[agreed] ?? agreed} reviewers, ${agreed === 2 ? "neither" : "none"} of whom saw what the other had decided,`
      : `${NUMBERS[agreed] ?? agreed} of ${decisions.length} reviewers, none of whom saw what the others had decided,`;
  const effect = consequence === "ZEROED" ? "set to zero" : "withheld";
  return `${people} found a violation of the exam rules in ${who}. The result is ${effect}.`;
}

function compared(pair: PairFacts): string[] {
  return [
    `The answers of candidate ${pair.otherNo} and of this candidate, question by question: ${plural(pair.eeic, "identical wrong answer")} and ${plural(pair.differences, "difference")} in the ${plural(pair.common, "question")} that both answered.`,
    `All ${count(pair.pairs)} pairs of the ${count(pair.candidates)} attempts at this exam were compared in the same way. This pair was not chosen beforehand: it was found among them.`,
    `In an exam of this size, ${sayExpected(pair.expected)} pairs as alike as this one are expected by chance alone. A pair is shown to reviewers below ${sayExpected(pair.limit)}.`,
    ...(pair.neighbours
      ? [
          `The two sat side by side. Among the ${count(pair.neighbours.pairs)} pairs of neighbours, ${sayExpected(pair.neighbours.expected)} as alike are expected by chance.`,
        ]
      : []),
    pair.check
      ? `The exam's own check: in ${pair.check.runs} honest re-runs of this exam, in which nobody copied, ${plural(pair.check.falsePairs, "pair was", "pairs were")} flagged${pair.check.falsePairs > 0 ? `, in ${plural(pair.check.runsWithAny, "re-run")}` : ""} (seed ${pair.check.seed}).`
      : "The exam's own check was not made: this comparison is of an earlier method.",
    ...(pair.ring > 2 ? [`This pair is one of a group of ${pair.ring} candidates whose answers are alike.`] : []),
    ...(pair.leftOut > 0
      ? [`${plural(pair.leftOut, "question was", "questions were")} left out of the comparison, because the key looks wrong.`]
      : []),
  ];
}

/** What speaks for the candidate. */
function against(facts: Facts): string[] {
  const { pair, reasons, attempt, exam, decisions } = facts;
  const lines: string[] = [];
  const explained = reasons.filter((reason) => reason.incident !== undefined);
  const ignored = reasons.filter((reason) => reason.ignored);
  const kinds = withholding({ state: "QUEUED", reasons }).by;
  if (pair) {
    lines.push(
      `Both candidates are of one class (${exam.className}${exam.teachers > 0 ? `, ${plural(exam.teachers, "teacher")}` : ""}). Candidates who were taught the same error make the same error; the comparison takes off a part of that, and cannot take off all.`,
    );
    if (pair.seats.own && pair.seats.other && !pair.neighbours)
      lines.push(`By the seating plan they did not sit side by side: ${pair.seats.own} and ${pair.seats.other}.`);
    if (!pair.seats.own || !pair.seats.other) lines.push("There is no seating plan that says where both of them sat.");
    if (pair.check && pair.check.falsePairs > 0)
      lines.push("The exam's own honest re-runs flagged pairs, too: the method is not free of error in this exam.");
  }
  const blank = exam.questions - attempt.answered;
  if (attempt.ranOut) lines.push("The candidate's time ran out before the attempt was handed in.");
  if (blank > 0)
    lines.push(`${plural(blank, "question was", "questions were")} left blank. Being short of time is no sign of copying.`);
  for (const reason of explained)
    lines.push(`${sayReason(reason)}: caused by a failure on the platform's side, and not counted.`);
  for (const reason of ignored) lines.push(`${sayReason(reason)}: an accommodation says so. Not counted.`);
  if (attempt.extraPercent > 0 || attempt.extraMinutes > 0)
    lines.push(
      `The candidate was entitled to extra time (${[attempt.extraPercent > 0 ? `${attempt.extraPercent} %` : "", attempt.extraMinutes > 0 ? `${attempt.extraMinutes} min` : ""].filter(Boolean).join(", ")}).`,
    );
  if (kinds !== "person" && kinds.length <= 1)
    lines.push("The evidence is of one kind only. Nothing of another kind points the same way.");
  if (new Set(decisions.map((decision) => decision.decision)).size > 1)
    lines.push("The reviewers did not agree: see who decided what.");
  return lines;
}

function notConclude(facts: Facts): string[] {
  return [
    ...(facts.pair
      ? [
          "That this candidate copied from the other, or the other from this one: the figures are the same for both, and the direction is unknown.",
          "That the expected number is the chance that the candidate is innocent. It says how often honest candidates look like this, not how likely it is that these two are honest.",
          "That likeness shows how it came about: copying, a leaked key, a shared teacher and a shared error are all alike in it.",
        ]
      : []),
    "That points or a risk score measure guilt. They decide in which order people look at attempts, and nothing else.",
    ...(facts.reasons.some(({ signal }) => signal === "TOO_QUICK" || signal === "QUICK_BLOCK")
      ? ["That quick answers show that the questions were known beforehand: they show that little time was spent."]
      : []),
    "Anything about other exams, or about the person.",
  ];
}

/** Counted signals first, then those that do not count; nothing with a figure for someone whom nothing flagged. */
function signals({ reasons, score, threshold, sampled }: Facts): string[] {
  if (reasons.length === 0) return ["No signal was recorded."];
  const counted = reasons.filter((reason) => reason.points > 0);
  return [
    ...counted.map((reason) => `${sayReason(reason)}: ${plural(reason.points, "point")}.`),
    sampled ? SAMPLED_SAYS : `Together ${score} of 100; attempts from ${threshold} on are reviewed by people.`,
  ];
}

/** The statement as a committee reads it; the very text is stored, so that a later version of this file changes no old one. */
export function composeStatement(facts: Facts): Statement {
  const speaks = against(facts);
  const changed = facts.weights.changed ? "Weights that this exam had changed" : "Weights, all at their default";
  return {
    version: 1,
    title: facts.outcome === "VIOLATION" ? "Statement on a violation" : "Statement on a review",
    claim: claimOf(facts),
    sections: [
      { title: "What led to the review", lines: signals(facts) },
      ...(facts.pair ? [{ title: "What was compared with what", lines: compared(facts.pair) }] : []),
      {
        title: "What speaks against it",
        lines: speaks.length > 0 ? speaks : ["Nothing on record. That is no evidence by itself."],
      },
      { title: "What a reader must not conclude", lines: notConclude(facts) },
      {
        title: "Who decided what",
        lines: facts.decisions.map(
          (decision) =>
            `${decision.by}, look ${decision.round}, ${decision.at}: ${DECIDED[decision.decision] ?? decision.decision}${decision.note ? `. “${decision.note}”` : "."}`,
        ),
      },
      {
        title: "Method",
        lines: [
          ...(facts.pair
            ? [
                `Comparison of answers: method ${facts.pair.method} (generalized binomial test, van der Linden and Sotaridona 2006, with ability by the answers given; Harpp and Hogan's counts), computed ${facts.pair.computedAt}.`,
              ]
            : []),
          `${changed}: ${
            Object.entries(facts.weights.points)
              .filter(([signal]) => facts.reasons.some((reason) => reason.signal === signal))
              .map(([signal, points]) => `${labelOf(signal)} ${points}`)
              .join(", ") || "none applied"
          }.`,
          `Invigil ${facts.console}. Each look was made without sight of the others.`,
        ],
      },
    ],
    facts,
  };
}
