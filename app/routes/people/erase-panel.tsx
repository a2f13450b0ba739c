import { Link } from "@remix-run/react";
import { plural } from "~/platform/format.ts";
import { Notice } from "~/ui/feedback/empty.tsx";
import { Form, Input, Submit, Textarea } from "~/ui/form/form.tsx";
import { Panel } from "~/ui/layout/panel.tsx";

type Props = { id: string; email: string; blockers: string[]; auditEntries: number; manage: boolean };

export function ErasePanel({ id, email, blockers, auditEntries, manage }: Props) {
  return (
    <Panel title="Erase">
      <div className="flex max-w-2xl flex-col gap-3">
        <p>
          Names, addresses, contacts, family, sessions and messages go. Payments, attempts, results and certificates stay, and
          name the person by a number. This can&apos;t be undone, except by restoring a backup.
        </p>
        <p className="text-muted">
          <Link className="link underline" to={`/audit?q=${encodeURIComponent(`id:${id} after:2000-01-01`)}`}>
            {plural(auditEntries, "entry", "entries")} of the audit log
          </Link>{" "}
          {auditEntries === 1 ? "is" : "are"} about this person. The log is never rewritten. Contents of entries that name the
          person are erased with <code>npx invigil audit erase</code>.
        </p>
        {blockers.length > 0 && (
          <Notice tone="warn" title="This person can't be erased now">
            <ul className="flex flex-col gap-0.5">
              {blockers.map((blocker) => (
                <li key={blocker}>{blocker}</li>
              ))}
            </ul>
          </Notice>
        )}
        {manage && blockers.length === 0 && (
          <details>
            <summary className="w-fit text-bad">Erase this person…</summary>
            <Form intent="erase" className="mt-3 flex flex-col gap-3">
              <Textarea
                label="Reason for the erasure"
                name="reason"
                hint="Recorded in the audit log. Don't write the person's name."
              />
              <Input label={`Type ${email} to confirm`} name="typed" autoComplete="off" />
              <div>
                <Submit tone="danger" busy="Erasing…">
                  Erase person
                </Submit>
              </div>
            </Form>
          </details>
        )}
      </div>
    </Panel>
  );
}
