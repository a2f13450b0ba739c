import { TYPE_LABELS, type QuestionType } from "~/domains/exams/authoring/question-types.ts";
import type { previewQuestions } from "~/domains/exams/exchange/import-questions.server.ts";
import { Badge, type Tone } from "~/ui/feedback/badge.tsx";

type PlannedItem = Awaited<ReturnType<typeof previewQuestions>>["items"][number];

const OUTCOMES: Record<PlannedItem["outcome"], [Tone, string]> = {
  add: ["ok", "Add"],
  present: ["neutral", "Already there"],
  refused: ["bad", "Left out"],
};

/** Each question of a file, what becomes of it, and why. */
export function PlannedQuestions({ items }: { items: PlannedItem[] }) {
  return (
    <div className="overflow-x-auto" tabIndex={0} role="region" aria-label="Questions of the file">
      <table className="rows">
        <thead>
          <tr>
            <th className="num">Line</th>
            <th>Question</th>
            <th className="max-sm:hidden">Type</th>
            <th className="num max-sm:hidden">Marks</th>
            <th>Outcome</th>
          </tr>
        </thead>
        <tbody>
          {items.map((item, index) => {
            const [tone, label] = OUTCOMES[item.outcome];
            return (
              <tr key={index}>
                <td className="num">{item.line}</td>
                <td className="whitespace-normal">
                  {item.title}
                  {[item.reason, ...item.notes].map(
                    (says) =>
                      says && (
                        <span key={says} className="block text-[12px] text-muted">
                          {says}
                        </span>
                      ),
                  )}
                </td>
                <td className="max-sm:hidden">{item.type ? TYPE_LABELS[item.type as QuestionType] : "–"}</td>
                <td className="num max-sm:hidden">{item.marks ?? "–"}</td>
                <td>
                  <Badge tone={tone}>{label}</Badge>
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
