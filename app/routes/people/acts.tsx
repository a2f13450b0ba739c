import { Form, Input, Submit } from "~/ui/form/form.tsx";
import { Panel } from "~/ui/layout/panel.tsx";

/** What an administrator may do to a person's way in. */
export function Acts({ locked }: { locked: boolean }) {
  return (
    <Panel title="Actions">
      <div className="flex flex-col gap-3">
        {locked ? (
          <Form intent="unlock">
            <Input label="Reason" name="reason" hint="Unlocks and activates the account and resets failed logins" />
            <Submit>Unlock</Submit>
          </Form>
        ) : (
          <details>
            <summary className="w-fit">Lock…</summary>
            <Form intent="lock" className="mt-2 flex flex-col gap-2">
              <Input label="Hours" name="hours" defaultValue={24} inputMode="numeric" />
              <Input label="Reason" name="reason" />
              <Submit tone="danger">Lock, and end sessions</Submit>
            </Form>
          </details>
        )}
        <details>
          <summary className="w-fit">End sessions…</summary>
          <Form intent="sessions" className="mt-2 flex flex-col gap-2">
            <Input label="Reason" name="reason" />
            <Submit tone="danger">End all sessions</Submit>
          </Form>
        </details>
      </div>
    </Panel>
  );
}
