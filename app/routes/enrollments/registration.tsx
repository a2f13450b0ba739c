import { useLoaderData } from "@remix-run/react";
import "~/domains/resources.ts";
import { protectedAction, protectedLoader } from "~/access/page.server.ts";
import { may } from "~/access/policy.ts";
import { decideRegistration } from "~/domains/enrollments/registrations.server.ts";
import { State } from "~/resources/cell.tsx";
import { Facts } from "~/resources/detail-view.tsx";
import { History } from "~/resources/history-view.tsx";
import { history } from "~/resources/history.server.ts";
import { resourceNamed } from "~/resources/registry.ts";
import { get } from "~/resources/verbs.server.ts";
import { viewOf } from "~/resources/view.ts";
import { Form, Submit, Textarea } from "~/ui/form/form.tsx";
import { Page } from "~/ui/layout/page.tsx";
import { Panel, WithAside } from "~/ui/layout/panel.tsx";

export const handle = { crumbs: () => [{ label: "Registrations", to: "/enrollments/registrations" }, { label: "Registration" }] };

export const loader = protectedLoader("platform.read", async ({ ctx, params }) => {
  const id = params["id"] ?? "";
  return {
    ...(await get({ ctx, input: { resource: "student_registration", id } })),
    resource: viewOf(resourceNamed("student_registration"), ctx.actor.role),
    role: ctx.actor.role,
    past: await history({ ctx, input: { resource: "student_registration", id } }),
  };
});

export const action = protectedAction("platform.manage", async ({ ctx, form, params }) => {
  await decideRegistration({
    ctx,
    input: { id: params["id"] ?? "", decision: form.get("decision") as "APPROVED", reason: form.get("reason") },
  });
  return { message: "Decided." };
});

export default function RegistrationPage() {
  const { resource, row, title, labels, role, past } = useLoaderData<typeof loader>();
  return (
    <Page title={title} badge={<State value={String(row.values["status"])} />} context="Registration">
      <WithAside aside={<History entries={past} />}>
        {may(role, "platform.manage") && row.values["status"] === "PENDING" && (
          <Panel title="Decide">
            <Form className="flex max-w-2xl flex-col gap-3">
              <Textarea
                label="Reason"
                name="reason"
                hint="Approving creates the student and enrolls them in the class they named"
              />
              <div className="flex gap-2">
                <Submit name="decision" value="APPROVED">
                  Approve
                </Submit>
                <Submit tone="danger" name="decision" value="REJECTED">
                  Reject
                </Submit>
              </div>
            </Form>
          </Panel>
        )}
        <Facts resource={resource} values={row.values} labels={labels} id={row.id} />
      </WithAside>
    </Page>
  );
}
