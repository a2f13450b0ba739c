import type { ShownQuestion } from "~/domains/exams/content/shown-question.server.ts";
import type { Earned } from "~/domains/integrity/evidence/question-statistics.server.ts";
import { decimal, percent, plural } from "~/platform/format.ts";
import { Badge } from "~/ui/feedback/badge.tsx";
import { Ago } from "~/ui/time/time.tsx";
import { QuestionBody } from "./question-list.tsx";

export type BankItem = ShownQuestion & {
  lastUse: { exam: string; at: Date | string };
  exams: number;
  inPaper: boolean;
  earned: Earned | null;
};

/** How often it was asked, and how it did. */
function Record({ item }: { item: BankItem }) {
  const { earned } = item;
  const poor = earned?.discrimination != null && earned.discrimination < 0.1;
  return (
    <p className="ml-9 flex flex-wrap gap-x-3 gap-y-0.5 text-[12px] text-muted">
      <span>
        {plural(item.exams, "exam")}, last in {item.lastUse.exam} <Ago at={item.lastUse.at} />
      </span>
      {earned ? (
        <>
          <span title="The mean share of its marks: 100% is easy">
            Difficulty (p) <span className="text-ink tabular-nums">{percent(earned.difficulty)}</span>
          </span>
          <span title="Whether those who did well elsewhere did well here: under 0.10 is weak">
            Discrimination{" "}
            <span className={`tabular-nums ${poor ? "font-[560] text-warn" : "text-ink"}`}>
              {earned.discrimination === null ? "–" : decimal(earned.discrimination, 2)}
            </span>
          </span>
          <span>{plural(earned.attempts, "attempt")}</span>
        </>
      ) : (
        <span>No statistics yet</span>
      )}
    </p>
  );
}

export function BankQuestions({ questions }: { questions: BankItem[] }) {
  return (
    <ol aria-label="Questions">
      {questions.map((item) => (
        <li key={item.id} className="flex flex-col gap-2 border-t px-3.5 py-3">
          <QuestionBody
            question={item}
            keys
            mark={
              item.inPaper ? (
                <span className="sr-only">In this paper</span>
              ) : (
                <input
                  type="checkbox"
                  name="questionId"
                  value={item.id}
                  aria-label={`Select: ${item.text.slice(0, 80)}`}
                  className="size-4 accent-(--accent)"
                />
              )
            }
            aside={
              <>
                <Record item={item} />
                {item.inPaper && (
                  <p className="ml-9">
                    <Badge tone="ok">In this paper</Badge>
                  </p>
                )}
              </>
            }
          />
        </li>
      ))}
    </ol>
  );
}
