import type { previewChoice } from "~/observability/backups/tenant/comparisons.server.ts";
import { plural } from "~/platform/format.ts";
import { Form, Submit, Textarea } from "~/ui/form/form.tsx";
import { Panel } from "~/ui/layout/panel.tsx";

type Preview = Awaited<ReturnType<typeof previewChoice>>;

const list = (parts: string[]) => (parts.length < 2 ? (parts[0] ?? "") : `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)!}`);

/** What a choice would write, in one sentence. */
export function previewSentence(preview: Preview): string {
  const writes = list(
    [
      preview.insert > 0 && `insert ${plural(preview.insert, "missing row")}`,
      preview.update > 0 && `set ${plural(preview.update, "changed row")} to the old values`,
      preview.remove > 0 && `remove ${plural(preview.remove, "row")} added since`,
    ].filter((part) => part !== false),
  );
  const units = list(
    [
      preview.people > 0 && plural(preview.people, "person", "people"),
      preview.exams > 0 && plural(preview.exams, "exam"),
      preview.tables > 0 && plural(preview.tables, "table"),
    ].filter((part) => part !== false),
  );
  return writes ? `This will ${writes}, of ${units}.` : "None of the chosen rows can be put back any more.";
}

type Props = { preview: Preview; picks: string[]; person: string | null; exam: string | null };

export function PutBack({ preview, picks, person, exam }: Props) {
  const some = preview.insert + preview.update + preview.remove > 0;
  return (
    <Panel title="Put back" id="preview">
      <Form intent="put">
        <p className="font-[560]">{previewSentence(preview)}</p>
        {some && (
          <>
            <p className="text-muted">
              Each person and each exam is one transaction. A row that someone has changed since the comparison is left as it is
              and listed. You can undo this until the comparison expires.
            </p>
            {picks.map((pick) => (
              <input key={pick} type="hidden" name="pick" value={pick} />
            ))}
            {person && <input type="hidden" name="person" value={person} />}
            {exam && <input type="hidden" name="exam" value={exam} />}
            <Textarea label="Reason" name="reason" rows={2} maxLength={500} hint="Recorded with every transaction" />
            <div>
              <Submit tone="danger" busy="Starting…">
                Put back
              </Submit>
            </div>
          </>
        )}
      </Form>
    </Panel>
  );
}
