import { MOST_ACCEPTED, MOST_OPTIONS, OPTION_LETTERS } from "~/domains/exams/authoring/question-types.ts";
import { useFormRefusal } from "~/ui/form/form.tsx";
import type { Draft } from "./question-draft.ts";
import { AddRow, movesRow, RowButtons, useRows } from "./row-buttons.tsx";

const errorsOf = (fields: Record<string, string[]> | undefined, name: string) => fields?.[name]?.[0];

function FieldError({ id, says }: { id: string; says: string | undefined }) {
  return says ? (
    <p id={id} className="text-[12px] text-bad">
      {says}
    </p>
  ) : null;
}

/** The options, each with the mark that makes it right: one of them, or any number. */
export function OptionRows({ draft, several }: { draft: Draft; several: boolean }) {
  const { rows, box, change } = useRows(draft.options, { text: "", right: false });
  const fields = useFormRefusal()?.fields;
  const general = errorsOf(fields, "options") ?? errorsOf(fields, "key") ?? errorsOf(fields, "keys");
  return (
    <fieldset className="flex min-w-0 flex-col gap-1.5" aria-describedby={general ? "options-error" : undefined}>
      <legend className="mb-1 font-[520]">
        Options <span className="font-[420] text-muted">· mark {several ? "every right one" : "the right one"}</span>
      </legend>
      <div ref={box} className="flex flex-col gap-1.5">
        {rows.map(({ id, value }, row) => {
          const letter = OPTION_LETTERS[row] ?? String(row + 1);
          const error = errorsOf(fields, `options.${row}`);
          return (
            <div key={id} className="flex flex-col gap-1">
              <div className="flex items-center gap-2">
                <input
                  type={several ? "checkbox" : "radio"}
                  name={several ? `keys.${row}` : "key"}
                  value={several ? "on" : row}
                  defaultChecked={value.right}
                  aria-label={`Option ${letter} is right`}
                  className="size-4 shrink-0 accent-(--accent)"
                />
                <span className="mono w-4 shrink-0 text-center text-muted" aria-hidden>
                  {letter}
                </span>
                <input
                  data-row-field
                  name={`options.${row}`}
                  defaultValue={value.text}
                  aria-label={`Option ${letter}`}
                  aria-invalid={error ? true : undefined}
                  aria-describedby={error ? `option-error-${row}` : undefined}
                  aria-keyshortcuts="Alt+ArrowUp Alt+ArrowDown"
                  autoComplete="off"
                  maxLength={2000}
                  className="input min-w-0 flex-1"
                  onKeyDown={movesRow(change, row)}
                />
                <RowButtons list="options" row={row} of={rows.length} least={2} name={`option ${letter}`} change={change} />
              </div>
              <FieldError id={`option-error-${row}`} says={error} />
            </div>
          );
        })}
      </div>
      <FieldError id="options-error" says={general} />
      <AddRow list="options" label="Add option" off={rows.length >= MOST_OPTIONS} change={change} />
      <p className="text-[12px] text-muted">Empty rows are left out. Alt with an arrow key moves a row.</p>
    </fieldset>
  );
}

/** What counts as right without a person reading it. */
export function AcceptedRows({ draft }: { draft: Draft }) {
  const { rows, box, change } = useRows(draft.accepted, "");
  const fields = useFormRefusal()?.fields;
  const general = errorsOf(fields, "accepted");
  return (
    <fieldset className="flex min-w-0 flex-col gap-1.5" aria-describedby={general ? "accepted-error" : undefined}>
      <legend className="mb-1 font-[520]">
        Accepted answers <span className="font-[420] text-muted">· marked as right without a person</span>
      </legend>
      <div ref={box} className="flex flex-col gap-1.5">
        {rows.map(({ id, value }, row) => {
          const error = errorsOf(fields, `accepted.${row}`);
          return (
            <div key={id} className="flex flex-col gap-1">
              <div className="flex items-center gap-2">
                <input
                  data-row-field
                  name={`accepted.${row}`}
                  defaultValue={value}
                  aria-label={`Accepted answer ${row + 1}`}
                  aria-invalid={error ? true : undefined}
                  aria-describedby={error ? `accepted-error-${row}` : undefined}
                  autoComplete="off"
                  maxLength={500}
                  className="input min-w-0 flex-1"
                  onKeyDown={movesRow(change, row)}
                />
                <RowButtons list="accepted" row={row} of={rows.length} least={1} name={`answer ${row + 1}`} change={change} />
              </div>
              <FieldError id={`accepted-error-${row}`} says={error} />
            </div>
          );
        })}
      </div>
      <FieldError id="accepted-error" says={general} />
      <AddRow list="accepted" label="Add accepted answer" off={rows.length >= MOST_ACCEPTED} change={change} />
      <p className="text-[12px] text-muted">Upper and lower case and extra spaces make no difference.</p>
    </fieldset>
  );
}
