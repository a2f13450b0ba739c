import { Badge, type Tone } from "~/ui/feedback/badge.tsx";
import { Form, Submit, Textarea } from "~/ui/form/form.tsx";
import { Panel } from "~/ui/layout/panel.tsx";
import { Ago } from "~/ui/time/time.tsx";

const DECISION: Record<string, [string, Tone]> = {
  CLEARED: ["Cleared", "ok"],
  INCONCLUSIVE: ["Unclear", "neutral"],
  VIOLATION: ["Violation", "bad"],
};

export function Decided({
  decisions,
  open,
}: {
  decisions: { id: string; round: number; decision: string; note: string; created_at: Date | string; name: string }[];
  open: boolean;
}) {
  if (decisions.length === 0) return null;
  return (
    <Panel title={open ? "What you decided" : "How it was decided"}>
      <ol className="flex flex-col gap-3">
        {decisions.map((decision) => (
          <li key={decision.id}>
            <p className="flex flex-wrap items-center gap-2">
              <Badge tone={DECISION[decision.decision]?.[1]}>{DECISION[decision.decision]?.[0]}</Badge>
              <span>{decision.name}</span>
              <span className="text-[12px] text-muted">
                <Ago at={decision.created_at} />
              </span>
            </p>
            {decision.note && <p className="mt-1 whitespace-pre-wrap">{decision.note}</p>}
          </li>
        ))}
      </ol>
    </Panel>
  );
}

export function NotesPanel({
  reviewId,
  notes,
  may,
}: {
  reviewId: string;
  notes: { id: string; body: string; created_at: Date | string; name: string }[];
  may: boolean;
}) {
  if (!may && notes.length === 0) return null;
  return (
    <Panel id="notes" title="Notes" aside={may ? "yours, until the review is decided" : undefined}>
      {notes.length > 0 && (
        <ul className="mb-3 flex flex-col gap-2">
          {notes.map((note) => (
            <li key={note.id}>
              <p className="whitespace-pre-wrap">{note.body}</p>
              <p className="text-[12px] text-muted">
                {note.name} · <Ago at={note.created_at} />
              </p>
            </li>
          ))}
        </ul>
      )}
      {may && (
        <Form intent="note" key={notes.length}>
          <input type="hidden" name="reviewId" value={reviewId} />
          <Textarea label="A note" name="body" rows={2} />
          <div>
            <Submit tone="plain">Save note</Submit>
          </div>
        </Form>
      )}
    </Panel>
  );
}
