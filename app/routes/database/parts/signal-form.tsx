import { Link, useLocation } from "@remix-run/react";
import { LinkButton } from "~/ui/form/link-button.tsx";
import { Form, Input, Submit } from "~/ui/form/form.tsx";
import { Panel } from "~/ui/layout/panel.tsx";

export type Chosen = {
  pid: number;
  start: string;
  act: "cancel" | "terminate";
  target: string;
  who: string;
  state: string;
  blocks: number;
};

/** Says exactly whom it touches, asks why, and for a proof. Works without JavaScript. */
export function SignalForm({ chosen }: { chosen: Chosen }) {
  const { pathname, search } = useLocation();
  const back = new URLSearchParams(search);
  for (const name of ["pid", "start", "act"]) back.delete(name);
  const terminate = chosen.act === "terminate";
  return (
    <Panel title={terminate ? `Terminate pid ${chosen.pid}?` : `Cancel the statement of pid ${chosen.pid}?`} id="signal">
      <p className="mb-3 max-w-[90ch]">
        {chosen.who}, {chosen.state}.{" "}
        {terminate
          ? "Its connection ends, and its open transaction is rolled back."
          : "Its statement ends with an error; its connection and transaction stay."}{" "}
        {chosen.blocks > 0 && `${chosen.blocks === 1 ? "1 session is" : `${chosen.blocks} sessions are`} waiting for it.`}
      </p>
      <Form intent="signal" className="flex max-w-xl flex-col gap-3">
        <input type="hidden" name="pid" value={chosen.pid} />
        <input type="hidden" name="backendStart" value={chosen.start} />
        <input type="hidden" name="act" value={chosen.act} />
        <input type="hidden" name="target" value={chosen.target} />
        <Input label="Reason" name="reason" required hint="Recorded in the audit log, with your name and the outcome." />
        <div className="flex gap-2">
          <Submit tone={terminate ? "danger" : "primary"} busy="Working…">
            {terminate ? "Terminate" : "Cancel statement"}
          </Submit>
          <LinkButton to={`${pathname}?${back}`}>Leave it</LinkButton>
        </div>
      </Form>
    </Panel>
  );
}

/** The links that open the form, in the row of a session. */
export function SignalLinks({
  pid,
  start,
  target,
  cancel = true,
}: {
  pid: number;
  start: Date | string | null;
  target: string;
  cancel?: boolean;
}) {
  const { pathname, search } = useLocation();
  if (!start) return null;
  const to = (act: string) => {
    const params = new URLSearchParams(search);
    params.set("pid", String(pid));
    params.set("start", new Date(start).toISOString());
    params.set("act", act);
    params.set("target", target);
    return `${pathname}?${params}#signal`;
  };
  return (
    <span className="inline-flex gap-x-2 gap-y-1 whitespace-nowrap max-sm:flex-col">
      {cancel && (
        <Link className="link" to={to("cancel")} aria-label={`Cancel the statement of pid ${pid}`}>
          Cancel
        </Link>
      )}
      <Link className="text-bad hover:underline" to={to("terminate")} aria-label={`Terminate pid ${pid}`}>
        Terminate
      </Link>
    </span>
  );
}
