import { useId, type ReactNode } from "react";
import { hasWrittenOptions, type QuestionType } from "~/domains/exams/authoring/question-types.ts";
import { Input, Textarea, useFormRefusal } from "~/ui/form/form.tsx";
import { AcceptedRows, OptionRows } from "./option-rows.tsx";
import type { Draft } from "./question-draft.ts";

function Choice(props: { name: string; value: string; checked: boolean; children: ReactNode }) {
  const id = useId();
  return (
    <div className="flex items-start gap-2">
      <input
        id={id}
        type="radio"
        name={props.name}
        value={props.value}
        defaultChecked={props.checked}
        className="mt-0.5 size-4 accent-(--accent)"
      />
      <label htmlFor={id}>{props.children}</label>
    </div>
  );
}

function Choices({ legend, error, children }: { legend: string; error?: string; children: ReactNode }) {
  return (
    <fieldset className="flex flex-col gap-1.5">
      <legend className="mb-1 font-[520]">{legend}</legend>
      {children}
      {error && <p className="text-[12px] text-bad">{error}</p>}
    </fieldset>
  );
}

/** What the answer to a question of this type is made of. */
export function AnswerFields({ type, draft }: { type: QuestionType; draft: Draft }) {
  const key = useFormRefusal()?.fields["key"]?.[0];
  return (
    <>
      {hasWrittenOptions(type) && <OptionRows draft={draft} several={type === "MULTIPLE_ANSWERS"} />}
      {type === "MULTIPLE_ANSWERS" && (
        <Choices legend="Scoring">
          <Choice name="scoring" value="all" checked={!draft.partialCredit}>
            All or nothing: every right option and no wrong one
          </Choice>
          <Choice name="scoring" value="partial" checked={draft.partialCredit}>
            In parts: right options earn their share, wrong ones take theirs away, never below 0
          </Choice>
        </Choices>
      )}
      {type === "TRUE_FALSE" && (
        <Choices legend="Right answer" error={key}>
          <Choice name="truth" value="true" checked={draft.trueIsRight === true}>
            True
          </Choice>
          <Choice name="truth" value="false" checked={draft.trueIsRight === false}>
            False
          </Choice>
        </Choices>
      )}
      {type === "NUMERIC" && (
        <div className="grid gap-3 sm:grid-cols-2">
          <Input
            label="Right answer"
            name="answer"
            inputMode="decimal"
            autoComplete="off"
            defaultValue={draft.answer}
            hint="A number, for example 9.81 or 6.02e23"
          />
          <Input
            label="Tolerance"
            name="tolerance"
            inputMode="decimal"
            autoComplete="off"
            defaultValue={draft.tolerance}
            hint="How far off is still right, up or down. Empty: the exact number"
          />
        </div>
      )}
      {type === "SHORT_ANSWER" && (
        <>
          <AcceptedRows draft={draft} />
          <Choices legend="Any other answer">
            <Choice name="unmatched" value="person" checked={!draft.unmatchedWrong}>
              A person marks it
            </Choice>
            <Choice name="unmatched" value="wrong" checked={draft.unmatchedWrong}>
              Is wrong
            </Choice>
          </Choices>
        </>
      )}
      {(type === "SHORT_ANSWER" || type === "ESSAY") && (
        <Textarea
          label={type === "ESSAY" ? "Rubric" : "Note for markers"}
          name="note"
          rows={type === "ESSAY" ? 5 : 2}
          defaultValue={draft.note}
          hint={
            type === "ESSAY"
              ? "What earns how many marks. Shown to whoever marks it, never to students."
              : "Shown to whoever marks it, never to students."
          }
        />
      )}
    </>
  );
}
