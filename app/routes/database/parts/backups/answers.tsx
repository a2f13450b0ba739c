import { expectedRange, figure, type QuestionAnswer } from "~/observability/backups/questions/expected.ts";
import { Badge } from "~/ui/feedback/badge.tsx";

const VERDICTS = {
  OK: { tone: "ok", word: "As expected" },
  OUT_OF_RANGE: { tone: "bad", word: "Out of range" },
  NOT_ASKED: { tone: "bad", word: "Could not be asked" },
} as const;

export function Verdict({ answer }: { answer: QuestionAnswer }) {
  const { tone, word } = VERDICTS[answer.verdict];
  return (
    <>
      <Badge tone={tone}>{word}</Badge>
      {answer.reason && <p className="mt-0.5 text-[12px] text-muted wrap-anywhere">{answer.reason}</p>}
    </>
  );
}

/** What the last drill was answered, with the range that held then. */
export function Answers({ answers }: { answers: QuestionAnswer[] }) {
  if (answers.length === 0) return null;
  return (
    <table className="rows border-t">
      <thead>
        <tr>
          <th>Question</th>
          <th>Expected</th>
          <th className="num">Answer</th>
          <th>Verdict</th>
        </tr>
      </thead>
      <tbody>
        {answers.map((answer) => (
          <tr key={answer.id}>
            <td title={answer.sql}>{answer.name}</td>
            <td className="whitespace-nowrap">{expectedRange(answer)}</td>
            <td className="num">{answer.value === null ? "–" : figure(answer.value)}</td>
            <td className="py-1.5">
              <Verdict answer={answer} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
