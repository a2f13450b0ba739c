import type { ReactNode } from "react";
import { Link } from "@remix-run/react";
import { isSingleChoice, OPTION_LETTERS, TYPE_LABELS } from "~/domains/exams/authoring/question-types.ts";
import type { ShownQuestion } from "~/domains/exams/content/shown-question.server.ts";
import { plural } from "~/platform/format.ts";
import { Badge } from "~/ui/feedback/badge.tsx";
import { Form } from "~/ui/form/form.tsx";
import { RichText } from "../sit/rich-text.tsx";
import { WrongKey } from "./wrong-key.tsx";

/** What is right, where no option says it. */
function Expected({ question }: { question: ShownQuestion }) {
  const { type, numeric_answer: number, numeric_tolerance: tolerance, accepted_answers: accepted = [] } = question;
  const lines: [label: string, says: string][] = [];
  if (type === "NUMERIC")
    lines.push(["Right", number ? `${number}${tolerance && Number(tolerance) > 0 ? ` ± ${tolerance}` : ""}` : "nothing yet"]);
  if (type === "SHORT_ANSWER" && accepted.length > 0) lines.push(["Accepted", accepted.join(" · ")]);
  if (question.correct_answer && (type === "SHORT_ANSWER" || type === "ESSAY"))
    lines.push([type === "ESSAY" ? "Rubric" : "Expected", question.correct_answer]);
  if (type === "SHORT_ANSWER" && lines.length === 0) lines.push(["Expected", "nothing yet"]);
  return (
    <>
      {lines.map(([label, says]) => (
        <p key={label} className="ml-9 break-words whitespace-pre-wrap text-muted">
          {label}: <span className="text-ink">{says}</span>
        </p>
      ))}
    </>
  );
}

type Body = { question: ShownQuestion; keys: boolean; mark: ReactNode; aside?: ReactNode };

/** One question with what is right, its explanation and its tags; `mark` stands before it. */
export function QuestionBody({ question, keys, mark, aside }: Body) {
  return (
    <>
      <div className="flex flex-wrap items-start gap-x-3 gap-y-1">
        <span className="w-6 shrink-0 pt-px text-right text-muted">{mark}</span>
        <div className="min-w-0 flex-1 basis-56 break-words whitespace-pre-wrap">
          <RichText content={question.content} />
        </div>
        <span className="text-[12px] text-muted max-sm:ml-9">
          {TYPE_LABELS[question.type]} · {question.difficulty.toLowerCase()} · {plural(question.marks, "mark")}
        </span>
      </div>
      {question.options.length > 0 && (
        <ul className="ml-9 flex flex-wrap gap-x-4 gap-y-1">
          {question.options.map((option, at) => (
            <li key={option.id} className={`min-w-0 break-words ${option.correct ? "font-[560] text-ok" : "text-muted"}`}>
              <span className="mono">{OPTION_LETTERS[at]}</span> <RichText content={option.content} />
              {option.correct && <span className="sr-only"> (the key)</span>}
            </li>
          ))}
        </ul>
      )}
      {keys && <Expected question={question} />}
      {question.explanation && (
        <div className="ml-9 break-words whitespace-pre-wrap text-muted">
          Why: <RichText content={question.explanationContent} />
        </div>
      )}
      {question.tags.length > 0 && (
        <p className="ml-9 flex flex-wrap gap-1">
          {question.tags.map((tag) => (
            <Badge key={tag}>{tag}</Badge>
          ))}
        </p>
      )}
      {aside}
    </>
  );
}

function Acts({ question, place }: { question: ShownQuestion; place: number }) {
  return (
    <div className="ml-9 flex flex-wrap gap-2 text-[12px]">
      <Link to={`?edit=${question.id}`} className="link" aria-label={`Edit question ${place}`}>
        Edit
      </Link>
      {(["up", "down", "remove"] as const).map((intent) => (
        <Form key={intent} intent={intent} about={{ questionId: question.id }} className="contents">
          <button className="link" aria-label={`${intent === "remove" ? "Remove" : `Move ${intent}`} question ${place}`}>
            {intent === "up" ? "Move up" : intent === "down" ? "Move down" : "Remove"}
          </button>
        </Form>
      ))}
    </div>
  );
}

type Props = { questions: ShownQuestion[]; keys: boolean; editable: boolean; correctable: boolean; editing?: string };

/** The paper as its authors see it, with its keys where they may be seen. */
export function QuestionList({ questions, keys, editable, correctable, editing }: Props) {
  return (
    <ol>
      {questions.map((question, index) => (
        <li
          key={question.id}
          className={`flex flex-col gap-2 border-t px-3.5 py-3 first:border-t-0 ${question.id === editing ? "bg-sunk" : ""}`}
        >
          <QuestionBody question={question} keys={keys} mark={<span className="num mono">{index + 1}</span>} />
          {correctable && isSingleChoice(question.type) && <WrongKey question={question} place={index + 1} />}
          {editable && <Acts question={question} place={index + 1} />}
        </li>
      ))}
    </ol>
  );
}
