import type { CollusionSummary } from "~/domains/integrity/evidence/findings.server.ts";
import { sayExpected } from "~/domains/integrity/score/score.ts";
import { count, plural } from "~/platform/format.ts";
import { Panel } from "~/ui/layout/panel.tsx";

type Summary = Pick<CollusionSummary, "check" | "limit" | "neighbours" | "term">;

/** What the exam's own re-runs say of the rule, and which limit was used. */
export function HonestCheck({ check, limit, neighbours, term }: Summary) {
  if (!check) return null;
  return (
    <Panel title="This exam, checked against itself" aside={`seed ${check.seed}`}>
      <div className="flex max-w-[110ch] flex-col gap-2">
        <p>
          In {count(check.runs)} honest re-runs of this exam, {plural(check.falsePairs, "pair was flagged", "pairs were flagged")}
          {check.falsePairs > 0 && ` (in ${plural(check.runsWithAny, "re-run")})`}. In a re-run each candidate keeps their ability
          and their blanks, and every answer is drawn by itself, so nobody copied. Candidates who were taught the same error are
          not in it.
        </p>
        <p className="text-muted">
          A pair stands out below {sayExpected(limit ?? check.used)} expected pairs
          {check.used < check.rule
            ? `, stricter than the rule's ${sayExpected(check.rule)}: by the rule, the re-runs would have flagged more than one pair in twenty exams.`
            : ", as the rule says."}
          {term !== undefined &&
            term > 20 &&
            ` This tenant holds ${count(term)} exams in the half year around this one, and all of them together may expect one false pair: each has its share.`}
          {(neighbours ?? 0) > 0 &&
            ` ${plural(neighbours!, "pair")} sat side by side. They are compared among themselves, too, and have half of the limit.`}
        </p>
      </div>
    </Panel>
  );
}
