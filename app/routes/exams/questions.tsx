import { useLoaderData, useSearchParams, Link } from "@remix-run/react";
import { protectedAction, protectedLoader } from "~/access/page.server.ts";
import { may } from "~/access/policy.ts";
import { TYPE_LABELS, type QuestionType } from "~/domains/exams/authoring/question-types.ts";
import { correctKey } from "~/domains/exams/authoring/correct-key.server.ts";
import { listQuestions, moveQuestion, removeQuestion, saveQuestion } from "~/domains/exams/authoring/questions.server.ts";
import { plural } from "~/platform/format.ts";
import { Badge } from "~/ui/feedback/badge.tsx";
import { Empty } from "~/ui/feedback/empty.tsx";
import { Form } from "~/ui/form/form.tsx";
import { Page } from "~/ui/layout/page.tsx";
import { Panel, WithAside } from "~/ui/layout/panel.tsx";
import { ExamBadge } from "./state.tsx";
import { examHandle, examTabs } from "./tabs.ts";
import { keyFrom } from "./question-key.ts";
import { QuestionForm, WrongKey } from "./question-form.tsx";
import { QuestionsLinks } from "./questions-links.tsx";

export const handle = examHandle("Questions");

export const meta = () => [{ title: "Questions · Invigil" }];

export { revalidateAfterConflict as shouldRevalidate } from "~/ui/revalidate-after-conflict.ts";

export const loader = protectedLoader("exams.read", async ({ ctx, params }) => ({
  ...(await listQuestions({ ctx, input: { examId: params["id"] ?? "" } })),
  role: ctx.actor.role,
}));

export const action = protectedAction("exams.author", async ({ ctx, form, params }) => {
  const examId = params["id"] ?? "";
  const questionId = form.get("questionId");
  const intent = form.intent("remove", "key", "up", "down", "save");
  switch (intent) {
    case "remove":
      await removeQuestion({ ctx, input: { examId, questionId } });
      return { message: "Removed." };
    case "key": {
      const { place } = await correctKey({
        ctx,
        input: { examId, questionId, optionId: form.get("optionId"), reason: form.get("reason") },
      });
      return { message: `The key of question ${place} is corrected. Marking and analysis use it from now on.` };
    }
    case "up":
    case "down":
      await moveQuestion({ ctx, input: { examId, questionId, by: intent === "up" ? -1 : 1 } });
      return { message: "Moved." };
    case "save": {
      const type = form.get("type") as QuestionType;
      const saved = await saveQuestion({
        ctx,
        input: {
          examId,
          questionId: questionId || undefined,
          text: form.get("text"),
          type,
          marks: form.get("marks"),
          difficulty: form.get("difficulty") as "EASY",
          explanation: form.get("explanation"),
          options: form.get("options").split("\n"),
          key: keyFrom(type, form.get("key")),
        },
      });
      return questionId ? { message: "Saved." } : { message: "Added.", added: saved.id };
    }
  }
});

export default function Questions() {
  const { exam, questions, keys, role } = useLoaderData<typeof loader>();
  const [params] = useSearchParams();
  const editable = may(role, "exams.author") && exam.status === "DRAFT" && !exam.frozen_at;
  const correctable =
    may(role, "exams.author") && Boolean(exam.frozen_at) && (exam.status === "LIVE" || exam.status === "CLOSED");
  const editing = questions.find((question) => question.id === params.get("edit"));
  const marks = questions.reduce((sum, question) => sum + question.marks, 0);
  const list = (
    <Panel flush title={plural(questions.length, "question")} aside={`${marks} of ${plural(exam.total_marks, "mark")}`}>
      {questions.length === 0 ? (
        <Empty title="No questions yet">
          {editable ? "Write the first one on the right." : "The paper has no questions yet."}
        </Empty>
      ) : (
        <ol>
          {questions.map((question, index) => (
            <li key={question.id} className="flex flex-col gap-2 border-t px-3.5 py-3 first:border-t-0">
              <div className="flex items-start gap-3">
                <span className="num mono w-6 shrink-0 pt-px text-right text-muted">{index + 1}</span>
                <p className="min-w-0 flex-1 whitespace-pre-wrap">{question.text}</p>
                <span className="shrink-0 text-[12px] whitespace-nowrap text-muted">
                  {TYPE_LABELS[question.type]} · {question.difficulty.toLowerCase()} · {plural(question.marks, "mark")}
                </span>
              </div>
              {question.options.length > 0 && (
                <ul className="ml-9 flex flex-wrap gap-x-4 gap-y-1">
                  {question.options.map((option, at) => (
                    <li key={option.id} className={option.correct ? "font-[560] text-ok" : "text-muted"}>
                      <span className="mono">{"ABCDEFGHIJ"[at]}</span> {option.text}
                      {option.correct && <span className="sr-only"> (the key)</span>}
                    </li>
                  ))}
                </ul>
              )}
              {keys && question.type === "SHORT_ANSWER" && (
                <p className="ml-9 text-muted">
                  Expected: <span className="text-ink">{question.correct_answer ?? "nothing yet"}</span>
                </p>
              )}
              {correctable && question.options.length > 0 && <WrongKey question={question} place={index + 1} />}
              {editable && (
                <div className="ml-9 flex flex-wrap gap-2 text-[12px]">
                  <Link to={`?edit=${question.id}`} className="link" preventScrollReset>
                    Edit
                  </Link>
                  {(["up", "down", "remove"] as const).map((intent) => (
                    <Form key={intent} intent={intent} about={{ questionId: question.id }} className="contents">
                      <button
                        className="link"
                        aria-label={`${intent === "remove" ? "Remove" : `Move ${intent}`} question ${index + 1}`}
                      >
                        {intent === "up" ? "Move up" : intent === "down" ? "Move down" : "Remove"}
                      </button>
                    </Form>
                  ))}
                </div>
              )}
            </li>
          ))}
        </ol>
      )}
    </Panel>
  );
  return (
    <Page
      title={exam.title}
      badge={<ExamBadge status={exam.status} />}
      tabs={examTabs(exam.id, role)}
      actions={<QuestionsLinks examId={exam.id} importable={editable} exportable={keys && questions.length > 0} />}
      context={
        !keys
          ? "Keys are shown after the exam has closed."
          : exam.frozen_at
            ? correctable
              ? "Frozen: the first attempt has started. A wrong key can still be corrected. For other changes, copy the exam."
              : "Frozen: the first attempt has started. Copy the exam to change its paper."
            : exam.status === "DRAFT"
              ? "All questions can still be changed."
              : "Move the exam back to draft to change its questions."
      }
    >
      {editable ? (
        <WithAside
          aside={
            <Panel title={editing ? "Edit question" : "Add question"} aside={!keys && <Badge>No keys</Badge>}>
              <QuestionForm question={editing} />
            </Panel>
          }
        >
          {list}
        </WithAside>
      ) : (
        list
      )}
    </Page>
  );
}
