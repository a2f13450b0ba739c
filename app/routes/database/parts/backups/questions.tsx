import { expectedRange, figure } from "~/observability/backups/questions/expected.ts";
import type { DrillQuestion } from "~/observability/backups/questions/list-questions.server.ts";
import { Badge } from "~/ui/feedback/badge.tsx";
import { Empty } from "~/ui/feedback/empty.tsx";
import { LinkButton } from "~/ui/form/link-button.tsx";
import { Panel } from "~/ui/layout/panel.tsx";
import { Ago } from "~/ui/time/time.tsx";
import { Verdict } from "./answers.tsx";

type Question = Omit<DrillQuestion, "updated_at" | "answered_at"> & { answered_at: string | Date | null };

function Row({ question, mayAct }: { question: Question; mayAct: boolean }) {
  const { answer } = question;
  return (
    <tr>
      <td className="w-full min-w-44 py-1.5">
        {question.name} {!question.enabled && <Badge>Off</Badge>}
        <code className="block text-[12px] text-muted wrap-anywhere">{question.sql}</code>
      </td>
      <td className="whitespace-nowrap">{expectedRange(question)}</td>
      <td className="num">
        {answer === null || answer.value === null ? "–" : figure(answer.value)}
        {question.answered_at && (
          <p className="text-[12px] text-muted">
            <Ago at={question.answered_at} />
          </p>
        )}
      </td>
      <td className="py-1.5">{answer ? <Verdict answer={answer} /> : <span className="text-muted">Not asked yet</span>}</td>
      {mayAct && (
        <td className="whitespace-nowrap">
          <LinkButton to={`?edit=${question.id}`} aria-label={`Change ${question.name}`}>
            Change
          </LinkButton>{" "}
          <LinkButton to={`?delete=${question.id}`} tone="danger" aria-label={`Delete ${question.name}`}>
            Delete
          </LinkButton>
        </td>
      )}
    </tr>
  );
}

export function Questions({ questions, mayAct }: { questions: Question[]; mayAct: boolean }) {
  if (questions.length === 0)
    return (
      <Panel flush>
        <Empty title="Ask the restored copy what only you know.">
          Checksums prove that files are unchanged, not that your data is in them. Write a SELECT and the range that its answer
          should be in. For example “Students”: <code>select count(*) from student_profile</code>, at least 5,000.
        </Empty>
      </Panel>
    );
  return (
    <Panel title="Questions" flush>
      <div className="overflow-x-auto" tabIndex={0} role="region" aria-label="Drill questions">
        <table className="rows">
          <thead>
            <tr>
              <th>Question</th>
              <th>Expected</th>
              <th className="num">Last answer</th>
              <th>Verdict</th>
              {mayAct && (
                <th>
                  <span className="sr-only">Actions</span>
                </th>
              )}
            </tr>
          </thead>
          <tbody>
            {questions.map((question) => (
              <Row key={question.id} question={question} mayAct={mayAct} />
            ))}
          </tbody>
        </table>
      </div>
    </Panel>
  );
}
