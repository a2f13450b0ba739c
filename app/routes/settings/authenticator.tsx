import { Notice } from "~/ui/feedback/empty.tsx";
import { Form, Input, Submit } from "~/ui/form/form.tsx";
import { useRefusal } from "~/ui/form/result.ts";
import type { Done } from "./security.tsx";

export function Totp({ enrolled, done, required }: { enrolled: boolean; done: Done; required: boolean }) {
  const refusal = useRefusal();
  if (done?.intent === "confirm") {
    return (
      <div className="flex flex-col gap-3">
        <Notice
          tone="ok"
          title="The authenticator is on. Save these recovery codes somewhere safe. Each works once, and they are not shown again."
        />
        <ul className="mono grid grid-cols-2 gap-1 rounded-control bg-sunk p-3">
          {done.codes.map((code) => (
            <li key={code}>{code}</li>
          ))}
        </ul>
      </div>
    );
  }
  if (done?.intent === "begin" || refusal?.values["intent"] === "confirm") {
    return (
      <Form intent="confirm">
        {done?.intent === "begin" ? (
          <div className="flex flex-col gap-3">
            <p>Scan this with your authenticator app, then enter the code that it shows.</p>
            <img
              src={done.qr}
              alt="QR code for your authenticator app"
              width={192}
              height={192}
              className="rounded-control border bg-white p-1"
            />
            <p className="text-muted">
              Or type the key: <code className="text-ink select-all">{done.secret}</code>
            </p>
          </div>
        ) : (
          <p className="text-muted">Enter the code that your app shows now.</p>
        )}
        <Input label="Code" name="code" autoComplete="one-time-code" inputMode="numeric" />
        <div>
          <Submit busy="Checking…">Turn on authenticator</Submit>
        </div>
      </Form>
    );
  }
  if (enrolled) {
    return (
      <Form intent="remove">
        <p className="text-muted">You enter a code from your app at every login, and to confirm destructive actions.</p>
        {required ? (
          <p className="text-muted">Your role requires it. To move to another device, ask another super-admin to reset it.</p>
        ) : (
          <div>
            <Submit tone="danger">Remove authenticator</Submit>
          </div>
        )}
      </Form>
    );
  }
  return (
    <Form intent="begin">
      <p className="text-muted">
        A code that changes every 30 seconds, in addition to your password. Any authenticator app works.
      </p>
      <div>
        <Submit>Set up an authenticator</Submit>
      </div>
    </Form>
  );
}
