import type { Paper } from "./api.ts";
import type { Given } from "./use-sitting.ts";

type Props = {
  number: number;
  question: Paper["questions"][number];
  given: Given | null;
  onAnswer: (given: Given, typing: boolean) => void;
};

/** One question: options to choose from, or a field to write in. */
export function Question({ number, question, given, onAnswer }: Props) {
  const marks = question.marks === 1 ? "1 mark" : `${question.marks} marks`;
  if (question.options.length === 0)
    return (
      <li className="panel p-4">
        <label className="flex flex-col gap-2">
          <span className="font-[560] whitespace-pre-wrap">
            {number}. {question.text} <span className="font-[420] text-muted">({marks})</span>
          </span>
          <textarea
            className="input !h-auto py-1.5"
            rows={question.type === "ESSAY" ? 10 : 2}
            maxLength={20_000}
            value={given?.text ?? ""}
            onChange={(event) => onAnswer({ optionId: null, text: event.target.value }, true)}
          />
        </label>
      </li>
    );
  return (
    <li className="panel p-4">
      <fieldset className="flex flex-col gap-1">
        <legend className="mb-1 font-[560] whitespace-pre-wrap">
          {number}. {question.text} <span className="font-[420] text-muted">({marks})</span>
        </legend>
        {question.options.map((option) => (
          <label key={option.id} className="flex min-h-9 items-center gap-2.5 rounded-control px-2 hover:bg-sunk">
            <input
              type="radio"
              name={question.id}
              className="size-4 accent-(--accent)"
              checked={given?.optionId === option.id}
              onChange={() => onAnswer({ optionId: option.id, text: null }, false)}
            />
            {option.text}
          </label>
        ))}
      </fieldset>
    </li>
  );
}
