import { formatValue } from "~/observability/alerts/rules.ts";
import { LinkButton } from "~/ui/form/link-button.tsx";
import { Checkbox, Form, Input, Select, Submit } from "~/ui/form/form.tsx";
import type { Data } from "../../alerts.tsx";

export function RuleForm({ rule }: { rule: Data["rules"][number] }) {
  const raw =
    rule.unit === "ratio"
      ? "as a share: 0.8 is 80 %"
      : rule.unit === "ms"
        ? "milliseconds"
        : rule.unit === "seconds"
          ? "seconds"
          : rule.unit === "bytes"
            ? "bytes"
            : "a number";
  return (
    <div id="rule" className="py-3">
      <h3 className="mb-2 font-[600]">Change {rule.title}</h3>
      <Form intent="rule" className="grid max-w-2xl gap-3 sm:grid-cols-2">
        <input type="hidden" name="key" value={rule.key} />
        <Input
          label="Threshold"
          name="threshold"
          hint={`${raw}; now ${formatValue(rule.unit, rule.threshold)}`}
          defaultValue={rule.threshold}
          inputMode="decimal"
        />
        <Input
          label="Clears at"
          name="clearAt"
          hint={`on the normal side of the threshold; now ${formatValue(rule.unit, rule.clearAt)}`}
          defaultValue={rule.clearAt}
          inputMode="decimal"
        />
        <Input label="Seconds before it fires" name="forSeconds" type="number" min={0} defaultValue={rule.forSeconds} />
        <Select
          label="Severity"
          name="severity"
          defaultValue={rule.severity}
          options={[
            { value: "INFO", label: "Info" },
            { value: "WARNING", label: "Warning" },
            { value: "CRITICAL", label: "Critical: opens an incident" },
          ]}
        />
        <Checkbox name="enabled" label="Evaluated" defaultChecked={rule.enabled} />
        <div className="sm:col-span-2">
          <Submit busy="Saving…">Save rule</Submit>{" "}
          <LinkButton to="?" preventScrollReset>
            Cancel
          </LinkButton>
        </div>
      </Form>
    </div>
  );
}
