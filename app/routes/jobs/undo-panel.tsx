import { Link } from "@remix-run/react";
import { count } from "~/platform/format.ts";
import { Notice } from "~/ui/feedback/empty.tsx";
import { Form, Submit, Textarea } from "~/ui/form/form.tsx";
import { Panel } from "~/ui/layout/panel.tsx";
import { Clock } from "~/ui/time/time.tsx";

export type Offer = {
  rows: number;
  nouns: string;
  created: boolean;
  trash: boolean;
  until: Date;
  job: { id: string; state: string } | null;
  may: boolean;
};

function effectOf({ created, trash, nouns, rows }: Offer): string {
  const n = `${count(rows)} ${nouns}`;
  if (!created) return `The former values of ${n} are put back.`;
  return trash ? `${n} go to the trash and can be restored from there.` : `${n} are deleted for good.`;
}

/** Below what a job did: that it can be taken back, until when, and what that touches. */
export function UndoPanel({ offer }: { offer: Offer }) {
  if (offer.job)
    return (
      <Notice tone="neutral" title={offer.job.state === "DONE" ? "This job was undone." : "This job is being undone."}>
        <Link className="link" to={`/jobs/${offer.job.id}`}>
          View the undo
        </Link>
      </Notice>
    );
  if (!offer.may) return null;
  return (
    <Panel
      title="Undo"
      className="max-w-3xl"
      id="undo"
      aside={
        <>
          available until <Clock at={offer.until} withDay />
        </>
      }
    >
      <Form intent="undo">
        <p>
          {effectOf(offer)} Records that were changed{offer.created ? " or used" : ""} since are left as they are, and are listed.
        </p>
        <Textarea label="Reason" name="reason" required hint="Recorded in the audit log" />
        <div>
          <Submit tone="danger" busy="Starting…">
            Undo ({count(offer.rows)} {offer.nouns})
          </Submit>
        </div>
      </Form>
    </Panel>
  );
}

type Conflict = { id: string; title: string; reason: string };

/** What an undo left as it was, and why; each leads to the record. */
export function Conflicts({ result }: { result: Record<string, unknown> }) {
  const list = (result["list"] ?? []) as Conflict[];
  const total = Number(result["conflicts"] ?? 0);
  if (list.length === 0) return null;
  return (
    <Panel
      title="Left as they are"
      flush
      className="max-w-3xl"
      aside={total > list.length ? `the first ${count(list.length)} of ${count(total)}` : undefined}
    >
      <table className="rows">
        <thead>
          <tr>
            <th>Record</th>
            <th>Why</th>
          </tr>
        </thead>
        <tbody>
          {list.map((row) => (
            <tr key={row.id}>
              <td>
                <Link className="link" to={`${String(result["page"])}${row.id}`}>
                  {row.title}
                </Link>
              </td>
              <td className="w-full py-1.5">{row.reason}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Panel>
  );
}
