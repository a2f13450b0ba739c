import { useLoaderData } from "@remix-run/react";
import { protectedAction, protectedLoader } from "~/access/page.server.ts";
import { createTenant } from "~/domains/tenants/create-tenant.server.ts";
import { CopyLine } from "~/ui/feedback/copy.tsx";
import { Notice } from "~/ui/feedback/empty.tsx";
import { LinkButton } from "~/ui/form/link-button.tsx";
import { Form, Input, Submit } from "~/ui/form/form.tsx";
import { useDone } from "~/ui/form/result.ts";
import { Page } from "~/ui/layout/page.tsx";
import { Panel } from "~/ui/layout/panel.tsx";

export const handle = { crumbs: () => [{ label: "Tenants", to: "/tenants" }, { label: "New tenant" }] };
export const meta = () => [{ title: "New tenant · Invigil" }];

export const loader = protectedLoader("tenants.manage", async ({ url }) => ({ origin: url.origin }));

export const action = protectedAction("tenants.manage", ({ ctx, form }) =>
  createTenant({
    ctx,
    input: {
      name: form.get("name"),
      code: form.get("code"),
      currency: form.get("currency"),
      contactEmail: form.get("contactEmail"),
      managerName: form.get("managerName"),
      managerEmail: form.get("managerEmail"),
    },
  }),
);

export default function NewTenant() {
  const { origin } = useLoaderData<typeof loader>();
  const made = useDone<typeof action>();
  return (
    <Page
      title="New tenant"
      context="A college on a 30-day trial, with its first manager. Add its people next, by hand or from a CSV file."
    >
      <Panel className="max-w-3xl">
        {made ? (
          <div className="flex flex-col gap-3">
            <Notice tone="ok" title="Tenant created.">
              {made.link
                ? "Send its manager this link. It works once, for 24 hours, and is not shown again."
                : "Its manager already has an account and sees it on the next page load."}
            </Notice>
            {made.link && <CopyLine text={`${origin}${made.link}`} />}
            <p className="flex flex-wrap gap-2">
              <LinkButton to={`/tenants/${made.id}`}>Open it</LinkButton>
              <LinkButton to={`/imports/new?resource=user&collegeId=${made.id}`}>Import students</LinkButton>
              <LinkButton to={`/data/class/new?collegeId=${made.id}`}>Create class</LinkButton>
            </p>
          </div>
        ) : (
          <Form>
            <div className="grid gap-3 sm:grid-cols-2">
              <Input label="College name" name="name" required />
              <Input label="Code" name="code" hint="Short, for e-mail addresses and load figures: NORTH" required />
              <Input label="Currency" name="currency" defaultValue="USD" />
              <Input label="Contact e-mail" name="contactEmail" type="email" />
              <Input label="First manager" name="managerName" required />
              <Input label="Manager's e-mail" name="managerEmail" type="email" required />
            </div>
            <div>
              <Submit busy="Creating…">Create tenant</Submit>
            </div>
          </Form>
        )}
      </Panel>
    </Page>
  );
}
