import { Form, useNavigation } from "@remix-run/react";
import { useState } from "react";
import { Button } from "~/ui/form/form.tsx";
import { Panel } from "~/ui/layout/panel.tsx";

/** What a proctor may do with one student. The same acts as on the board. */
export function SeatActs({ attemptId, state }: { attemptId: string; state: string }) {
  const working = useNavigation().state === "submitting";
  const [messageId] = useState(() => (typeof crypto === "undefined" || !crypto.randomUUID ? "" : crypto.randomUUID()));
  const stands = state !== "IN_PROGRESS";
  return (
    <div data-acts className="contents">
      <Panel title="Write to this student">
        <Form method="post" preventScrollReset className="flex flex-col gap-2">
          <input type="hidden" name="attempt" value={attemptId} />
          <input type="hidden" name="messageId" value={messageId} suppressHydrationWarning />
          <label>
            <span className="sr-only">Message</span>
            <textarea name="messageText" rows={3} required maxLength={2000} className="input !h-auto py-1.5" />
          </label>
          <Button type="submit" name="intent" value="message" tone="primary" disabled={working}>
            Send message
          </Button>
        </Form>
      </Panel>
      <Panel title="The student's clock">
        <Form method="post" preventScrollReset className="flex flex-col gap-2">
          <input type="hidden" name="attempt" value={attemptId} />
          <label>
            <span className="text-[12px] text-muted">Reason, recorded in the audit log (required to lock)</span>
            <input name="reason" className="input" maxLength={500} />
          </label>
          <div className="flex flex-wrap gap-2">
            {state !== "PAUSED" && (
              <Button type="submit" name="intent" value="pause" disabled={working}>
                Pause
              </Button>
            )}
            {state !== "LOCKED" && (
              <Button type="submit" name="intent" value="lock" disabled={working}>
                Lock
              </Button>
            )}
            {stands && (
              <Button type="submit" name="intent" value="resume" tone="primary" disabled={working}>
                Resume
              </Button>
            )}
          </div>
        </Form>
      </Panel>
    </div>
  );
}
