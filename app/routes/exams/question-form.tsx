import { useState } from "react";
import { QUESTION_TYPES, TYPE_LABELS } from "~/domains/exams/authoring/question-types.ts";
import { LinkButton } from "~/ui/form/link-button.tsx";
import { Form, Input, Select, Submit, Textarea } from "~/ui/form/form.tsx";
import { useDone } from "~/ui/form/result.ts";
import { shownKey, type Question } from "./question-key.ts";
import type { action } from "./questions.tsx";

/** After a question is added: an empty form of the same type, ready to be typed into. */
export function QuestionForm({ question }: { question?: Question }) {
  const latest = useDone<typeof action>()?.added;
  // Kept apart from the result: moving another question must not empty what is being typed.
  const [added, setAdded] = useState("");
  if (latest && latest !== added) setAdded(latest);
  const [type, setType] = useState<string>("MULTIPLE_CHOICE");
  return (
    <Form
      intent="save"
      about={{ questionId: question?.id ?? "" }}
      key={question?.id ?? `new ${added}`}
      className="flex flex-col gap-3"
    >
      <Textarea
        label="Question"
        name="text"
        rows={3}
        defaultValue={question?.text}
        autoFocus={!question && added !== ""}
        required
      />
      <div className="grid grid-cols-2 gap-3">
        <Select
          label="Type"
          name="type"
          defaultValue={question?.type ?? type}
          onChange={(event) => setType(event.currentTarget.value)}
          options={QUESTION_TYPES.map((type) => ({ value: type, label: TYPE_LABELS[type] }))}
        />
        <Select
          label="Difficulty"
          name="difficulty"
          defaultValue={question?.difficulty ?? "MEDIUM"}
          options={[
            { value: "EASY", label: "Easy" },
            { value: "MEDIUM", label: "Medium" },
            { value: "HARD", label: "Hard" },
          ]}
        />
      </div>
      <Textarea
        label="Options"
        name="options"
        rows={5}
        defaultValue={question?.type === "MULTIPLE_CHOICE" ? question.options.map((option) => option.text).join("\n") : ""}
        hint="Multiple choice only. One option per line; the first is A"
      />
      <div className="grid grid-cols-2 gap-3">
        <Input label="Key" name="key" defaultValue={shownKey(question)} hint="A letter, True or False, or the expected text" />
        <Input label="Marks" name="marks" type="number" min={0} defaultValue={question?.marks ?? 1} />
      </div>
      <Textarea label="Explanation" name="explanation" rows={2} defaultValue={question?.explanation} />
      <div className="flex gap-2">
        <Submit busy="Saving…">{question ? "Save" : "Add question"}</Submit>
        {question && <LinkButton to=".">Done</LinkButton>}
      </div>
    </Form>
  );
}

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
          options={question.options.map((option, at) => ({ value: option.id, label: `${"ABCDEFGHIJ"[at]} ${option.text}` }))}
        />
        <Input label="Reason, recorded in the audit log" name="reason" required />
        <Submit busy="Correcting…">Correct key</Submit>
      </Form>
    </details>
  );
}
