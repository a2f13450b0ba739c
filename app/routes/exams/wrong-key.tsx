import { OPTION_LETTERS } from "~/domains/exams/authoring/question-types.ts";
import type { Question } from "~/domains/exams/authoring/questions.server.ts";
import { Form, Input, Select, Submit } from "~/ui/form/form.tsx";

/** The one thing of a frozen paper that may still change. */
export function WrongKey({ question, place }: { question: Question; place: number }) {
  return (
    <details className="ml-9 text-[12px]">
      <summary className="link w-fit list-none">Correct key…</summary>
      <Form intent="key" about={{ questionId: question.id }} className="mt-2 flex flex-wrap items-end gap-2">
        <Select
          label={`Correct answer to question ${place}`}
          name="optionId"
          defaultValue={question.options.find((option) => option.correct)?.id}
          options={question.options.map((option, at) => ({ value: option.id, label: `${OPTION_LETTERS[at]} ${option.text}` }))}
        />
        <Input label="Reason, recorded in the audit log" name="reason" required />
        <Submit busy="Correcting…">Correct key</Submit>
      </Form>
    </details>
  );
}
