import { CopyButton } from "~/ui/feedback/copy.tsx";
import { Form, Input, Select, Submit } from "~/ui/form/form.tsx";
import { Panel } from "~/ui/layout/panel.tsx";
import { CASES, runbook, type Case } from "./runbook.ts";

/** `at` goes on with the clock until someone asks for a time; what they are typing then stays. */
export function Runbook({ which, at, asked }: { which: Case; at: string; asked: string }) {
  return (
    <Panel title="Restore to a point in time" id="runbook">
      <Form method="get" className="mb-3 flex flex-wrap items-end gap-3">
        <Select
          name="case"
          label="What happened"
          defaultValue={which}
          options={Object.entries(CASES).map(([value, label]) => ({ value, label }))}
        />
        <Input name="at" label="Restore to (UTC)" defaultValue={at} key={asked} />
        <Submit>Show runbook</Submit>
      </Form>
      <ol className="flex list-decimal flex-col gap-2 pl-5 marker:text-muted">
        {runbook(which, at).map((step) => (
          <li key={step.says}>
            {step.says}
            {step.run && (
              <span className="mt-1 flex items-start gap-2">
                <code className="mono min-w-0 flex-1 rounded-control bg-sunk px-2 py-1 break-all">{step.run}</code>
                <CopyButton text={step.run} />
              </span>
            )}
          </li>
        ))}
      </ol>
    </Panel>
  );
}
