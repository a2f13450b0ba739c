import { Form, Input, Submit } from "~/ui/form/form.tsx";
import { Panel } from "~/ui/layout/panel.tsx";

export function ExportPanel() {
  return (
    <Panel title="Export">
      <Form intent="export">
        <p className="text-muted">
          A ZIP file with a CSV file for each table. It holds no password, token or key. Who took it and why is recorded.
        </p>
        <Input label="Reason for the export" name="reason" hint="Recorded in the audit log" />
        <div>
          <Submit busy="Starting…">Export data</Submit>
        </div>
      </Form>
    </Panel>
  );
}
