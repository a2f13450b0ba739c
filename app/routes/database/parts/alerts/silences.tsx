import { Link } from "@remix-run/react";
import { ruleByKey, rulesHere } from "~/observability/alerts/rules.ts";
import { Form, Input, Select, Submit } from "~/ui/form/form.tsx";
import { Panel } from "~/ui/layout/panel.tsx";
import { Ago } from "~/ui/time/time.tsx";
import type { Data } from "../../alerts.tsx";

export function Side({ data }: { data: Data }) {
  return (
    <>
      <Panel title="Silences">
        {data.silences.length === 0 && <p className="text-muted">None. A silenced rule fires without notifying anyone.</p>}
        <ul className="flex flex-col gap-3">
          {data.silences.map((silence) => (
            <li key={silence.id}>
              <p className="font-[560]">
                {silence.rule === "*" ? "All rules" : (ruleByKey(silence.rule)?.title ?? silence.rule)}
              </p>
              <p className="text-muted">
                {silence.reason}, {silence.who ?? "somebody"}; ends <Ago at={silence.until} />
              </p>
              {data.mayAct && (
                <Form intent="unsilence" className="mt-1">
                  <input type="hidden" name="id" value={silence.id} />
                  <Submit tone="plain">End it</Submit>
                </Form>
              )}
            </li>
          ))}
        </ul>
      </Panel>
      {data.mayAct && (
        <Panel title="Silence rule">
          <Form intent="silence">
            <Select
              label="Rule"
              name="rule"
              options={[
                ...rulesHere().map((rule) => ({ value: rule.key, label: rule.title })),
                { value: "*", label: "All rules" },
              ]}
            />
            <Input label="Minutes" name="minutes" type="number" min={5} max={10_080} defaultValue={60} />
            <Input label="Reason" name="reason" required />
            <Submit>Silence</Submit>
          </Form>
        </Panel>
      )}
      <p className="text-muted">
        Recipients are in the{" "}
        <Link to="/settings/alerts" className="link underline">
          Notification settings
        </Link>
        .
      </p>
    </>
  );
}
