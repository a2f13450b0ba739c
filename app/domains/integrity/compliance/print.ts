import { count, exactTime, plural } from "~/platform/format.ts";
import type { Print } from "~/platform/pdf.server.ts";
import { sayExpected } from "../score/score.ts";
import { labelOf } from "../signals.ts";
import { sayShare } from "../scorecard/wilson.ts";
import type { ComplianceFile } from "./file.server.ts";

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

function models(
  { models: { comparison, threshold, weights, weightsChanged } }: ComplianceFile,
  at: (time: Date) => string,
): string[] {
  const weighed = Object.entries(weights)
    .filter(([, weight]) => weight.points > 0)
    .map(([signal, weight]) => `${labelOf(signal)} ${weight.points}`)
    .join(", ");
  return [
    "No learned model takes part: every figure is a rule or a statistical test that can be repeated by hand, and none of them decides.",
    comparison === null
      ? "Answers were not compared."
      : comparison.silent
        ? `Answers were not compared: ${comparison.silent}.`
        : `Answers compared by method ${comparison.method}, ${comparison.computed ? at(comparison.computed) : ""}: ${count(comparison.pairs ?? 0)} pairs, ${plural(comparison.flagged ?? 0, "pair")} below ${sayExpected(comparison.limit ?? 0.05)} expected by chance.`,
    ...(comparison?.check
      ? [
          `The exam's own check: ${plural(comparison.check.falsePairs, "pair")} flagged in ${comparison.check.runs} honest re-runs (seed ${comparison.check.seed}).`,
        ]
      : []),
    `Points per signal${weightsChanged ? ", changed for this exam" : ", at their default"}: ${weighed}.`,
    `People review attempts from ${threshold} points on.`,
  ];
}

/** The same file for people to read. */
export function compliancePrint(file: ComplianceFile): Print {
  const at = (time: Date) => exactTime(time, file.timeZone);
  const { reviews } = file;
  return {
    title: "Compliance file",
    context: [
      `${file.exam.title} · ${file.exam.college}`,
      `${at(file.exam.start)} to ${at(file.exam.end)}`,
      `Created ${at(file.made)} by Invigil ${file.console}. The JSON file of the same name has every figure.`,
    ],
    claim:
      `${plural(reviews.attempts, "attempt")}, ${count(reviews.flagged)} flagged for people to review. ` +
      `Violations: ${count(reviews.violations)}. Cleared: ${count(reviews.cleared)}. Unclear: ${count(reviews.unclear)}. ` +
      `Open: ${count(reviews.open)}. No result was decided by a machine.`,
    sections: [
      { title: "Signals and weights", lines: models(file, at) },
      {
        title: "Signals received",
        lines: file.signals.map(
          (signal) =>
            `${capital(labelOf(signal.signal))}: ${count(signal.seen)} in ${plural(signal.attempts, "attempt")}${signal.explained > 0 ? `, ${count(signal.explained)} explained by a failure of the platform` : ""}.`,
        ),
      },
      {
        title: "Human oversight",
        lines: file.oversight.map(
          (one) => `${one.name} (${one.role}): ${plural(one.decisions, "decision")}, ${at(one.first)} to ${at(one.last)}.`,
        ),
      },
      {
        title: "Overrides",
        lines: file.overrides.map(
          (override) =>
            `Candidate ${override.candidate}, look ${override.round}: ${override.decision} by ${override.by}${override.note ? `. “${override.note}”` : ""}${override.appeal === "UPHELD" ? `. An appeal was upheld: “${override.appeal_note ?? ""}”` : ""}`,
        ),
      },
      {
        title: "How often signals were wrong, in this exam",
        lines: file.scorecard.all.map(
          (score) =>
            `${score.signal === null ? "Any signal" : capital(labelOf(score.signal))}: ${sayShare(score.wrong)} cleared; ${score.unclear} unclear.`,
        ),
      },
      { title: "What is kept, and until when", lines: file.retention.map((one) => `${one.what}: ${one.kept}.`) },
      {
        title: "The log's proof",
        lines: [
          file.log.size === null
            ? "The log has no signed head yet."
            : `Signed head of size ${file.log.size}. The JSON file holds its note and the number of each entry about this exam; each can be proved by /api/v1/audit/proof/inclusion.`,
          `The log's key: ${file.log.key}`,
        ],
      },
    ].map((section) => ({ ...section, lines: section.lines.length > 0 ? section.lines : ["None so far."] })),
    footer: `Compliance file, ${file.exam.title}`,
  };
}
