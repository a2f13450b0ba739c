import { count } from "~/platform/format.ts";
import { Form, Submit, Textarea } from "~/ui/form/form.tsx";
import { Panel } from "~/ui/layout/panel.tsx";

type Pointing = { table: string; n: number; goes: boolean };

/** Into the trash, back from it, or gone for good: what each would touch is said before anyone confirms. */
export function RemovePanel({ soft, trashed, pointing }: { soft: boolean; trashed: boolean; pointing: Pointing[] }) {
  const label = trashed ? "Delete for good" : soft ? "Move to the trash" : "Delete";
  return (
    <Panel title={trashed ? "In the trash" : "Remove"}>
      <div className="flex max-w-2xl flex-col gap-3">
        {trashed && (
          <Form intent="restore">
            <Submit tone="primary">Restore</Submit>
          </Form>
        )}
        <details>
          <summary className="w-fit text-bad">{label}…</summary>
          <Form intent={trashed ? "purge" : "remove"} className="mt-3 flex flex-col gap-3">
            <Consequences pointing={pointing} soft={soft && !trashed} />
            <Textarea label="Reason" name="reason" hint="Recorded in the audit log" />
            <div>
              <Submit tone="danger" busy="Removing…">
                {label}
              </Submit>
            </div>
          </Form>
        </details>
      </div>
    </Panel>
  );
}

function Consequences({ pointing, soft }: { pointing: Pointing[]; soft: boolean }) {
  if (pointing.length === 0) return <p className="text-muted">No other record refers to it.</p>;
  return (
    <div>
      <p>
        {soft ? "It disappears from lists and can be restored. These records still refer to it:" : "Other records are affected:"}
      </p>
      <ul className="mt-1 list-disc pl-5 text-muted">
        {pointing.map((pointing) => (
          <li key={`${pointing.table}${String(pointing.goes)}`}>
            {pointing.n >= 10_000 ? "more than 10,000" : count(pointing.n)} in {pointing.table.replaceAll("_", " ")}:{" "}
            {soft ? "stay" : pointing.goes ? "are removed with it" : "prevent it"}
          </li>
        ))}
      </ul>
    </div>
  );
}
