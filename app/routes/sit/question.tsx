import { useId, type ReactNode } from "react";
import type { PaperQuestion } from "~/domains/exams/sitting/paper-question.server.ts";
import { RichText } from "./rich-text.tsx";
import { NOTHING_GIVEN, type Given } from "./given.ts";

type Props = {
  number: number;
  question: PaperQuestion;
  given: Given | null;
  onAnswer: (given: Given, typing: boolean) => void;
};

function Head({ number, question, children }: { number: number; question: PaperQuestion; children?: ReactNode }) {
  return (
    <span className="min-w-0 font-[560] break-words whitespace-pre-wrap">
      {number}. <RichText content={question.content} />{" "}
      <span className="font-[420] text-muted">({question.marks === 1 ? "1 mark" : `${question.marks} marks`})</span>
      {children}
    </span>
  );
}

const HINTS: Record<string, string> = {
  MULTIPLE_ANSWERS: "Choose all that apply.",
  NUMERIC: "A number, for example 3.14",
};

/** A field to write in: a number, a few words, or an essay. */
function Written({ number, question, given, onAnswer }: Props) {
  const id = useId();
  const hint = HINTS[question.type];
  const field = {
    id,
    value: given?.text ?? "",
    "aria-describedby": hint ? `${id}-hint` : undefined,
    onChange: (event: { target: { value: string } }) => onAnswer({ ...NOTHING_GIVEN, text: event.target.value }, true),
  };
  return (
    <div className="flex flex-col gap-2">
      <label htmlFor={id}>
        <Head number={number} question={question} />
      </label>
      {question.type === "NUMERIC" ? (
        <input {...field} className="input max-w-56" inputMode="decimal" autoComplete="off" maxLength={100} />
      ) : (
        <textarea {...field} className="input !h-auto py-1.5" rows={question.type === "ESSAY" ? 10 : 2} maxLength={20_000} />
      )}
      {hint && (
        <p id={`${id}-hint`} className="text-[12px] text-muted">
          {hint}
        </p>
      )}
    </div>
  );
}

function Options({ number, question, given, onAnswer }: Props) {
  const name = useId();
  const several = question.type === "MULTIPLE_ANSWERS";
  const chosen = new Set(several ? given?.optionIds : [given?.optionId]);
  const choose = (id: string) => {
    if (!several) return onAnswer({ ...NOTHING_GIVEN, optionId: id }, false);
    const optionIds = question.options.map((option) => option.id).filter((known) => chosen.has(known) !== (known === id));
    return onAnswer({ ...NOTHING_GIVEN, optionIds }, false);
  };
  return (
    <fieldset className="flex min-w-0 flex-col gap-1">
      <legend className="mb-1 w-full">
        <Head number={number} question={question}>
          {several && <span className="mt-1 block text-[12px] font-[420] text-muted">{HINTS[question.type]}</span>}
        </Head>
      </legend>
      {question.options.map((option) => (
        <label key={option.id} className="flex min-h-9 items-center gap-2.5 rounded-control px-2 hover:bg-sunk">
          <input
            type={several ? "checkbox" : "radio"}
            name={name}
            className="size-4 shrink-0 accent-(--accent)"
            checked={chosen.has(option.id)}
            onChange={() => choose(option.id)}
          />
          <span className="min-w-0 flex-1 break-words whitespace-pre-wrap">
            <RichText content={option.content} />
          </span>
        </label>
      ))}
    </fieldset>
  );
}

/** One question: options to choose from, or a field to write in. */
export function Question(props: Props) {
  return (
    <li className="panel list-none p-4">{props.question.options.length > 0 ? <Options {...props} /> : <Written {...props} />}</li>
  );
}
