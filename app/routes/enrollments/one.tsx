import { Link, useLoaderData } from "@remix-run/react";
import "~/domains/resources.ts";
import { protectedAction, protectedLoader, redirect } from "~/access/page.server.ts";
import { may } from "~/access/policy.ts";
import { dropEnrollment, setEnrollmentState } from "~/domains/enrollments/change-state.server.ts";
import { recordPayment } from "~/domains/enrollments/payments.server.ts";
import { ENROLLMENT_MACHINE, PAYMENT_METHODS } from "~/domains/enrollments/states.ts";
import { semestersOf } from "~/domains/academics/semesters.server.ts";
import { State } from "~/resources/cell.tsx";
import { words } from "~/resources/cell-text.ts";
import { Facts, Relations } from "~/resources/detail-view.tsx";
import { History } from "~/resources/history-view.tsx";
import { history } from "~/resources/history.server.ts";
import { relationLists } from "~/resources/relations.server.ts";
import { resourceNamed } from "~/resources/registry.ts";
import { get } from "~/resources/verbs.server.ts";
import { viewOf } from "~/resources/view.ts";
import { Form, Input, Select, Submit, Textarea } from "~/ui/form/form.tsx";
import { Page } from "~/ui/layout/page.tsx";
import { Panel, WithAside } from "~/ui/layout/panel.tsx";

export const handle = { crumbs: () => [{ label: "Enrollments", to: "/enrollments" }, { label: "Enrollment" }] };

export const loader = protectedLoader("platform.read", async ({ ctx, params }) => {
  const id = params["id"] ?? "";
  const found = await get({ ctx, input: { resource: "enrollment", id } });
  return {
    ...found,
    resource: viewOf(resourceNamed("enrollment"), ctx.actor.role),
    role: ctx.actor.role,
    semesters: await semestersOf({ ctx, input: { collegeId: found.row.collegeId } }),
    past: await history({ ctx, input: { resource: "enrollment", id } }),
    relations: await relationLists({ ctx, input: { resource: "enrollment", id } }),
    today: ctx.clock.now().toISOString().slice(0, 10),
  };
});

export const action = protectedAction("platform.manage", async ({ ctx, form, params }) => {
  const id = params["id"] ?? "";
  switch (form.intent("drop", "pay", "state")) {
    case "drop":
      await dropEnrollment({
        ctx,
        input: { id, semesterId: form.get("semester") || undefined, date: form.get("date"), reason: form.get("reason") },
      });
      return { message: "Dropped." };
    case "pay": {
      const paid = await recordPayment({
        ctx,
        input: {
          enrollmentId: id,
          amountMinor: Math.round(Number(form.get("amount").replace(",", ".")) * 100),
          method: form.get("method") as (typeof PAYMENT_METHODS)[number],
          transactionId: form.get("transactionId"),
        },
      });
      return redirect(`/enrollments/payments/${paid.id}`);
    }
    case "state":
      await setEnrollmentState({ ctx, input: { id, state: form.get("state") as "ACTIVE", reason: form.get("reason") } });
      return { message: "Done." };
  }
});

export default function EnrollmentPage() {
  const { resource, row, title, labels, role, semesters, past, relations, today } = useLoaderData<typeof loader>();
  const status = String(row.values["status"]) as keyof typeof ENROLLMENT_MACHINE;
  const moves = (ENROLLMENT_MACHINE[status] as readonly string[]).filter((state) => state !== "DROPPED");
  return (
    <Page
      title={title}
      badge={<State value={status} />}
      context={
        <>
          in{" "}
          <Link className="link" to={`/academics/classes/${String(row.values["class"])}`}>
            {labels["class"]?.[String(row.values["class"])]}
          </Link>
        </>
      }
    >
      <WithAside aside={<History entries={past} />}>
        <Facts resource={resource} values={row.values} labels={labels} id={row.id} />
        {may(role, "platform.manage") && (
          <div className="grid gap-4 lg:grid-cols-2">
            {status === "ACTIVE" && (
              <Panel title="Drop">
                <Form intent="drop">
                  <Select
                    label="Semester"
                    name="semester"
                    options={[
                      { value: "", label: "Not said" },
                      ...semesters.map((semester) => ({ value: semester.id, label: semester.name })),
                    ]}
                  />
                  <Input label="Date" name="date" type="date" defaultValue={today} />
                  <Textarea label="Reason" name="reason" />
                  <Submit tone="danger">Drop</Submit>
                </Form>
              </Panel>
            )}
            {moves.length > 0 && (
              <Panel title="Change state">
                <Form intent="state">
                  <Select label="To" name="state" options={moves.map((state) => ({ value: state, label: words(state) }))} />
                  <Textarea label="Reason" name="reason" />
                  <Submit tone="plain">Change</Submit>
                </Form>
              </Panel>
            )}
            <Panel title="Record payment">
              <Form intent="pay">
                <Input label="Amount" name="amount" inputMode="decimal" />
                <Select label="Method" name="method" options={PAYMENT_METHODS.map((value) => ({ value, label: words(value) }))} />
                <Input label="Transaction id" name="transactionId" hint="Unique across all tenants" />
                <Submit tone="plain">Record</Submit>
              </Form>
            </Panel>
          </div>
        )}
        <Relations relations={relations} of={row.id} />
      </WithAside>
    </Page>
  );
}
