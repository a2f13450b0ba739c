import { Link, useLoaderData } from "@remix-run/react";
import "~/domains/resources.ts";
import { protectedAction, protectedLoader } from "~/access/page.server.ts";
import { may } from "~/access/policy.ts";
import { approvePayment, settlePayment } from "~/domains/enrollments/payments.server.ts";
import { State } from "~/resources/cell.tsx";
import { Facts, Relations } from "~/resources/detail-view.tsx";
import { History } from "~/resources/history-view.tsx";
import { history } from "~/resources/history.server.ts";
import { relationLists } from "~/resources/relations.server.ts";
import { resourceNamed } from "~/resources/registry.ts";
import { get } from "~/resources/verbs.server.ts";
import { viewOf } from "~/resources/view.ts";
import { money } from "~/platform/format.ts";
import { Form, Submit, Textarea } from "~/ui/form/form.tsx";
import { Page } from "~/ui/layout/page.tsx";
import { Panel, WithAside } from "~/ui/layout/panel.tsx";

export const handle = { crumbs: () => [{ label: "Payments", to: "/enrollments/payments" }, { label: "Payment" }] };

export const loader = protectedLoader("platform.read", async ({ ctx, params }) => {
  const id = params["id"] ?? "";
  return {
    ...(await get({ ctx, input: { resource: "payment", id } })),
    resource: viewOf(resourceNamed("payment"), ctx.actor.role),
    role: ctx.actor.role,
    me: ctx.actor.id,
    past: await history({ ctx, input: { resource: "payment", id } }),
    relations: await relationLists({ ctx, input: { resource: "payment", id } }),
  };
});

export const action = protectedAction("platform.manage", async ({ ctx, form, params }) => {
  const id = params["id"] ?? "";
  const intent = form.intent("approve", "fail", "refund");
  if (intent === "approve") {
    const { invoice } = await approvePayment({ ctx, input: { id } });
    return { message: `Approved. Invoice ${invoice} is issued.` };
  }
  await settlePayment({
    ctx,
    input: { id, state: intent === "refund" ? "REFUNDED" : "FAILED", reason: form.get("reason") },
  });
  return { message: "Done." };
});

export default function PaymentPage() {
  const { resource, row, labels, role, me, past, relations } = useLoaderData<typeof loader>();
  const status = String(row.values["status"]);
  const own = row.values["recordedBy"] === me;
  return (
    <Page
      title={money(Number(row.values["amountMinor"]), String(row.values["currency"]))}
      badge={<State value={status} />}
      context={
        <>
          paid by{" "}
          <Link className="link" to={`/people/${String(row.values["user"])}`}>
            {labels["user"]?.[String(row.values["user"])]}
          </Link>
        </>
      }
    >
      <WithAside aside={<History entries={past} />}>
        {may(role, "platform.manage") && (status === "PENDING" || status === "COMPLETED") && (
          <Panel title={status === "PENDING" ? "Approve or refuse" : "Refund"}>
            <div className="flex max-w-2xl flex-col gap-4">
              {status === "PENDING" && (
                <Form intent="approve">
                  {own && (
                    <p className="text-muted">
                      You recorded this payment, so someone else must approve it, unless it is below the college's limit. Send
                      them this page.
                    </p>
                  )}
                  <div>
                    <Submit busy="Approving…">Approve and issue invoice</Submit>
                  </div>
                </Form>
              )}
              <Form intent={status === "PENDING" ? "fail" : "refund"}>
                <Textarea label="Reason" name="reason" />
                <div>
                  <Submit tone="danger">{status === "PENDING" ? "Mark as failed" : "Refund and void invoice"}</Submit>
                </div>
              </Form>
            </div>
          </Panel>
        )}
        <Facts resource={resource} values={row.values} labels={labels} id={row.id} />
        <Relations relations={relations} of={row.id} />
      </WithAside>
    </Page>
  );
}
