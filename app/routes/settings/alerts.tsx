import { useLoaderData } from "@remix-run/react";
import { protectedAction, protectedLoader } from "~/access/page.server.ts";
import { may } from "~/access/policy.ts";
import {
  addNotificationTarget,
  listNotificationTargets,
  removeNotificationTarget,
} from "~/observability/alerts/alerts.server.ts";
import type { Severity } from "~/observability/alerts/rules.ts";
import { plural } from "~/platform/format.ts";
import { Empty } from "~/ui/feedback/empty.tsx";
import { Form, Input, Select, Submit } from "~/ui/form/form.tsx";
import { Page } from "~/ui/layout/page.tsx";
import { Panel, WithAside } from "~/ui/layout/panel.tsx";
import { SeverityBadge } from "../database/parts/severity.tsx";
import { settingsTabs } from "./tabs.ts";

export const handle = { crumbs: () => [{ label: "Notifications" }] };
export const meta = () => [{ title: "Notifications · Invigil" }];

export const loader = protectedLoader("database.read", async ({ ctx }) => ({
  targets: await listNotificationTargets({ ctx, input: {} }),
  role: ctx.actor.role,
}));

export const action = protectedAction("database.act", async ({ ctx, form }) => {
  if (form.intent("remove", "add") === "remove") {
    await removeNotificationTarget({ ctx, input: { id: form.get("id") } });
    return { message: "Recipient removed. Its waiting notifications are dropped." };
  }
  await addNotificationTarget({
    ctx,
    input: {
      name: form.get("name"),
      kind: form.get("kind") as "WEBHOOK",
      address: form.get("address"),
      minSeverity: form.get("minSeverity") as Severity,
    },
  });
  return { message: "Recipient added." };
});

export default function AlertSettings() {
  const { targets, role } = useLoaderData<typeof loader>();
  const mayAct = may(role, "database.act");
  return (
    <Page
      title="Recipients"
      context="Alerts go to webhooks and e-mail, at least once, with increasing delays between retries."
      tabs={settingsTabs(role)}
    >
      <WithAside
        aside={
          mayAct && (
            <Panel title="Add recipient">
              <Form intent="add">
                <Input label="Name" name="name" required />
                <Select
                  label="By"
                  name="kind"
                  options={[
                    { value: "WEBHOOK", label: "Webhook" },
                    { value: "EMAIL", label: "E-mail" },
                  ]}
                />
                <Input label="Address" name="address" required hint="https://… outside of this network, or an e-mail address" />
                <Select
                  label="Minimum severity"
                  name="minSeverity"
                  defaultValue="WARNING"
                  options={[
                    { value: "INFO", label: "Info" },
                    { value: "WARNING", label: "Warning" },
                    { value: "CRITICAL", label: "Critical" },
                  ]}
                />
                <Submit>Add</Submit>
              </Form>
            </Panel>
          )
        }
      >
        <Panel flush>
          {targets.length === 0 ? (
            <Empty title="No recipients yet.">
              Alerts are shown here and in the audit log only. Add a webhook of your chat or pager.
            </Empty>
          ) : (
            <table className="rows">
              <thead>
                <tr>
                  <th>Name</th>
                  <th className="hidden md:table-cell">Address</th>
                  <th>From</th>
                  <th className="hidden md:table-cell">Last 7 days</th>
                  <th />
                </tr>
              </thead>
              <tbody>
                {targets.map((target) => (
                  <tr key={target.id}>
                    <td>
                      {target.name} <span className="text-muted">{target.kind === "EMAIL" ? "e-mail" : "webhook"}</span>
                    </td>
                    <td className="hidden max-w-[320px] truncate md:table-cell">{target.address}</td>
                    <td>
                      <SeverityBadge severity={target.min_severity} />
                    </td>
                    <td className="hidden py-1.5 md:table-cell">
                      {plural(target.sent, "message")} sent{target.waiting > 0 && `, ${target.waiting} waiting`}
                      {target.failed > 0 && <span className="text-bad">, {target.failed} given up</span>}
                      {target.last_error && <p className="text-[12px] text-muted">{target.last_error}</p>}
                    </td>
                    <td>
                      {mayAct && (
                        <Form intent="remove" className="contents">
                          <input type="hidden" name="id" value={target.id} />
                          <Submit tone="danger">Remove</Submit>
                        </Form>
                      )}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          )}
        </Panel>
      </WithAside>
    </Page>
  );
}
