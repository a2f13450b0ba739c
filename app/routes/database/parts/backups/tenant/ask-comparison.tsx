import { Form, Input, Select, Submit, Textarea } from "~/ui/form/form.tsx";

type Tenant = { id: string; name: string; code: string };

export function AskComparison({ tenants, now }: { tenants: Tenant[]; now: Date | string }) {
  const today = new Date(now).toISOString();
  return (
    <Form>
      <Select
        label="Tenant"
        name="collegeId"
        options={tenants.map(({ id, name, code }) => ({ value: id, label: `${name} (${code})` }))}
      />
      <Input
        label="As it was at (UTC)"
        name="moment"
        type="datetime-local"
        step="1"
        max={today.slice(0, 19)}
        defaultValue={`${today.slice(0, 16)}:00`}
        hint="The last second at which all was well. It must lie after the end of a backup."
      />
      <Textarea label="Reason" name="reason" rows={2} maxLength={500} hint="Recorded in the audit log" />
      <Submit busy="Starting…">Compare</Submit>
    </Form>
  );
}
