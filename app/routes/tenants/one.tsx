import { Form as PlainForm, useLoaderData } from "@remix-run/react";
import "~/domains/resources.ts";
import { protectedAction, protectedLoader, redirect } from "~/access/page.server.ts";
import { may } from "~/access/policy.ts";
import { startArchive } from "~/domains/tenants/archive.server.ts";
import { setSubscription } from "~/domains/tenants/set-subscription.server.ts";
import { SUBSCRIPTION_MACHINE, type SubscriptionState } from "~/domains/tenants/subscription.ts";
import { tenantFacts } from "~/domains/tenants/tenant-facts.server.ts";
import { tenantSize } from "~/domains/tenants/tenant-size.server.ts";
import { State } from "~/resources/cell.tsx";
import { words } from "~/resources/cell-text.ts";
import { History } from "~/resources/history-view.tsx";
import { history } from "~/resources/history.server.ts";
import { count, plural } from "~/platform/format.ts";
import { LinkButton } from "~/ui/form/link-button.tsx";
import { Form, Input, Select, Submit, Textarea } from "~/ui/form/form.tsx";
import { Page } from "~/ui/layout/page.tsx";
import { Figure, Figures, Panel, WithAside } from "~/ui/layout/panel.tsx";
import { Ago } from "~/ui/time/time.tsx";
import { SizeAndActivity } from "./size.tsx";
import { Next } from "./next-steps.tsx";

export const handle = {
  crumbs: (data: { tenant: { name: string } } | undefined) => [
    { label: "Tenants", to: "/tenants" },
    { label: data?.tenant.name ?? "" },
  ],
};

export const meta = ({ data }: { data?: { tenant: { name: string } } }) => [
  { title: `${data?.tenant.name ?? "Tenant"} · Invigil` },
];

export const loader = protectedLoader("tenants.read", async ({ ctx, params }) => {
  const id = params["id"] ?? "";
  const [tenant, size] = await Promise.all([tenantFacts({ ctx, input: { id } }), tenantSize({ ctx, input: { id } })]);
  const over = tenant.subscription_expiry !== null && tenant.subscription_expiry <= ctx.clock.now();
  return { role: ctx.actor.role, tenant, over, size, past: await history({ ctx, input: { resource: "college", id } }) };
});

export const action = protectedAction("tenants.edit", async ({ ctx, form, params }) => {
  const id = params["id"] ?? "";
  if (form.intent("archive", "subscription") === "archive") {
    const { jobId } = await startArchive({ ctx, input: { id } });
    return redirect(`/jobs/${jobId}`);
  }
  const { ended } = await setSubscription({
    ctx,
    input: {
      id,
      state: form.get("state") as SubscriptionState,
      reason: form.get("reason"),
      expiry: form.get("expiry") || undefined,
    },
  });
  return { message: ended > 0 ? `Done. ${plural(ended, "session")} of its people ended.` : "Done." };
});

export default function Tenant() {
  const { tenant, over, size, past, role } = useLoaderData<typeof loader>();
  const manage = may(role, "tenants.manage");
  const moves = SUBSCRIPTION_MACHINE[tenant.subscription_status as SubscriptionState] ?? [];
  return (
    <Page
      title={tenant.name}
      badge={<State value={tenant.subscription_status} />}
      context={
        <>
          {tenant.code} · made <Ago at={tenant.created_at} /> ·{" "}
          {tenant.subscription_expiry ? (
            <>
              subscription {over ? "ended" : "ends"} <Ago at={tenant.subscription_expiry} />
            </>
          ) : (
            "no end set"
          )}
          {tenant.suspended_reason && ` · ${tenant.suspended_reason}`}
        </>
      }
      actions={
        <>
          <PlainForm method="post" action="/settings/preferences" reloadDocument>
            <input type="hidden" name="to" value="/people" />
            <button className="control" name="tenant" value={tenant.id}>
              Its people
            </button>
          </PlainForm>
          {may(role, "tenants.edit") && <LinkButton to={`/data/college/${tenant.id}/edit`}>Edit</LinkButton>}
        </>
      }
    >
      <Figures>
        <Figure label="People" value={count(tenant.people)} note={plural(tenant.sessions, "open session")} />
        <Figure label="Active enrollments" value={count(tenant.enrolled)} note={plural(tenant.classes, "class", "classes")} />
        <Figure label="Exams" value={count(tenant.exams)} note={`${tenant.live} live, ${tenant.upcoming} to come`} />
        <Figure
          label="Payments to approve"
          value={count(tenant.pending_payments)}
          tone={tenant.pending_payments > 0 ? "warn" : undefined}
          note="by someone other than the recorder"
        />
      </Figures>
      {may(role, "platform.manage") && <Next tenant={tenant} />}
      <SizeAndActivity size={size} />
      <WithAside aside={<History entries={past} />}>
        {manage && (
          <Panel title="Subscription">
            <Form intent="subscription" className="flex max-w-2xl flex-col gap-3">
              <div className="grid gap-3 sm:grid-cols-2">
                <Select label="Move to" name="state" options={moves.map((state) => ({ value: state, label: words(state) }))} />
                <Input label="Ends on" name="expiry" type="date" hint="Leave empty to keep the date" />
              </div>
              <Textarea
                label="Reason"
                name="reason"
                hint="Suspending, expiring or cancelling ends its people's sessions at once"
              />
              <div>
                <Submit tone="danger" busy="Moving…">
                  Change subscription
                </Submit>
              </div>
            </Form>
          </Panel>
        )}
        <Panel title="Managers" flush>
          <table className="rows">
            <tbody>
              {tenant.managers.map((manager) => (
                <tr key={manager.id}>
                  <td className="font-[560]">{manager.name}</td>
                  <td className="text-muted">{manager.email}</td>
                  <td className="text-muted">{manager.last_login_at ? <Ago at={manager.last_login_at} /> : "never logged in"}</td>
                </tr>
              ))}
              {tenant.managers.length === 0 && (
                <tr>
                  <td className="text-muted">No manager yet. Assign one under Settings, Staff.</td>
                </tr>
              )}
            </tbody>
          </table>
        </Panel>
        {manage && (
          <Panel title="Archive">
            <Form intent="archive" className="flex flex-col items-start gap-2">
              <p className="text-muted">All data of this tenant as one NDJSON file: one line per record, with its table.</p>
              <Submit tone="plain">Create archive</Submit>
            </Form>
          </Panel>
        )}
      </WithAside>
    </Page>
  );
}
