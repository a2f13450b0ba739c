import { useRef, useState, type SyntheticEvent } from "react";
import { QUESTION_TYPES, TYPE_LABELS } from "~/domains/exams/authoring/question-types.ts";
import { Form, Input, Select, Submit, Textarea } from "~/ui/form/form.tsx";
import { LinkButton } from "~/ui/form/link-button.tsx";
import { AnswerFields } from "./answer-fields.tsx";
import { ImageField } from "./image-field.tsx";
import { typeOf, type Draft } from "./question-draft.ts";

const DIFFICULTIES = [
  { value: "EASY", label: "Easy" },
  { value: "MEDIUM", label: "Medium" },
  { value: "HARD", label: "Hard" },
];

type Props = {
  examId: string;
  /** Empty for a new one. */
  questionId: string;
  draft: Draft;
  /** After one was added, the next is typed at once. */
  focus: boolean;
  onChange: (form: HTMLFormElement) => void;
};

/** One form for every type; what another type needs stays as it was typed while one changes between them. */
export function QuestionEditor({ examId, questionId, draft, focus, onChange }: Props) {
  const [type, setType] = useState(draft.type);
  const lastField = useRef<HTMLElement | null>(null);
  const changed = ({ target }: SyntheticEvent) => {
    const form = (target as HTMLElement).closest("form");
    // A row that was moved or removed is where it belongs in the next frame.
    if (form) requestAnimationFrame(() => onChange(form));
  };
  return (
    <div
      onInput={changed}
      onClick={changed}
      onBlur={({ target }) => {
        if (/^(text|explanation|options\.\d+)$/.test((target as HTMLInputElement).name)) lastField.current = target;
      }}
    >
      <Form encType="multipart/form-data" about={{ questionId, part: "editor" }} className="flex flex-col gap-4">
        {/* What Enter in a field does: the first button of a form. */}
        <button name="intent" value="save" className="sr-only" tabIndex={-1} aria-hidden="true" />
        <Textarea label="Question" name="text" rows={4} defaultValue={draft.text} autoFocus={focus} required />
        <p className="-mt-2 text-[12px] text-muted">
          Formulas: <code>$x^2$</code> in a line, <code>{"$$\\frac12$$"}</code> on its own. <code>\$</code> is a dollar.
        </p>
        <ImageField examId={examId} lastField={() => lastField.current} />
        <div className="grid gap-3 sm:grid-cols-3">
          <div className="flex flex-col gap-1">
            <Select
              label="Type"
              name="type"
              defaultValue={draft.type}
              onChange={(event) => setType(typeOf(event.currentTarget.value))}
              options={QUESTION_TYPES.map((known) => ({ value: known, label: TYPE_LABELS[known] }))}
            />
            <noscript>
              <button name="intent" value="show" className="link">
                Show the fields of this type
              </button>
            </noscript>
          </div>
          <Input label="Marks" name="marks" type="number" min={0} defaultValue={draft.marks} />
          <Select label="Difficulty" name="difficulty" defaultValue={draft.difficulty} options={DIFFICULTIES} />
        </div>
        <AnswerFields type={type} draft={draft} />
        <Textarea
          label="Explanation"
          name="explanation"
          rows={2}
          defaultValue={draft.explanation}
          hint="Why the right answer is right. Never on the student's paper."
        />
        <Input
          label="Tags"
          name="tags"
          defaultValue={draft.tags}
          autoComplete="off"
          hint="Separated by commas, to find the question again: navigation, lights"
        />
        <div className="flex flex-wrap gap-2">
          <Submit name="intent" value="save" busy="Saving…">
            {questionId ? "Save question" : "Add question"}
          </Submit>
          <noscript>
            <button name="intent" value="show" className="control">
              Preview
            </button>
          </noscript>
          {questionId && <LinkButton to=".">Done</LinkButton>}
        </div>
      </Form>
    </div>
  );
}
