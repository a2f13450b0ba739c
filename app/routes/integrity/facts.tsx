import { Link } from "@remix-run/react";
import { SIGNALS } from "~/domains/integrity/signals.ts";
import { day, plural } from "~/platform/format.ts";
import { Badge, type Tone } from "~/ui/feedback/badge.tsx";
import { Form, Submit, Textarea } from "~/ui/form/form.tsx";
import { Panel } from "~/ui/layout/panel.tsx";
import { Ago, useZone } from "~/ui/time/time.tsx";

type Earlier = { id: string; exam: string; started_at: Date | string; risk_score: number; review_state: string };

const WORDS: Record<string, string> = {
  VIOLATION: "violation stands",
  APPEALED: "under appeal",
  INCONCLUSIVE: "inconclusive",
  CLEARED: "cleared",
};

function summary(history: Earlier[]): string {
  if (history.length === 0) return "none";
  const violations = history.filter((one) => one.review_state === "VIOLATION").length;
  const reviewed = history.filter((one) => one.review_state !== "NONE").length;
  if (violations > 0) return `${history.length}, ${plural(violations, "violation")}`;
  return reviewed > 0 ? `${history.length}, ${reviewed} reviewed` : `${history.length}, none reviewed`;
}

/** What else is known of whoever this is, without saying who. */
export function StudentPanel({
  attempt,
  history,
  accommodations,
}: {
  attempt: { devices: number; extra_seconds: number };
  history: Earlier[];
  accommodations: { extra_percent: number; ignored_signals: string[] }[];
}) {
  const zone = useZone();
  const entitled = accommodations
    .flatMap((one) => [
      one.extra_percent > 0 && `${one.extra_percent} % time`,
      ...one.ignored_signals.map((signal) => `no ${(SIGNALS as Record<string, { label: string }>)[signal]?.label ?? signal}`),
    ])
    .filter(Boolean)
    .join(", ");
  return (
    <Panel flush title="This student">
      <table className="rows">
        <tbody>
          <tr>
            <td className="text-muted">Other attempts</td>
            <td className="text-right">{summary(history)}</td>
          </tr>
          <tr>
            <td className="text-muted">Accommodation</td>
            <td className="text-right">{entitled || "none"}</td>
          </tr>
          {attempt.extra_seconds > 0 && (
            <tr>
              <td className="text-muted">Extra time given</td>
              <td className="text-right">{Math.round(attempt.extra_seconds / 60)} min</td>
            </tr>
          )}
          <tr>
            <td className="text-muted">Devices</td>
            <td className="text-right">{plural(attempt.devices, "known device")}</td>
          </tr>
        </tbody>
      </table>
      {history.length > 0 && (
        <details className="border-t px-3.5 py-2 text-[12px]">
          <summary className="w-fit text-muted hover:text-ink">each of them</summary>
          <ul className="mt-1.5 flex flex-col gap-1">
            {history.slice(0, 12).map((one) => (
              <li key={one.id} className="flex justify-between gap-2">
                <Link to={`/integrity/attempts/${one.id}`} className="link truncate">
                  {one.exam}
                </Link>
                <span className="whitespace-nowrap text-muted">
                  {day(new Date(one.started_at), zone)} · risk {one.risk_score}
                  {WORDS[one.review_state] ? `, ${WORDS[one.review_state]}` : ""}
                </span>
              </li>
            ))}
          </ul>
        </details>
      )}
    </Panel>
  );
}

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
        {decisions.map((one) => (
          <li key={one.id}>
            <p className="flex flex-wrap items-center gap-2">
              <Badge tone={DECISION[one.decision]?.[1]}>{DECISION[one.decision]?.[0]}</Badge>
              <span>{one.name}</span>
              <span className="text-[12px] text-muted">
                <Ago at={one.created_at} />
              </span>
            </p>
            {one.note && <p className="mt-1 whitespace-pre-wrap">{one.note}</p>}
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
            <Submit tone="plain">Keep the note</Submit>
          </div>
        </Form>
      )}
    </Panel>
  );
}
