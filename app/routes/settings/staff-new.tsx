import { useLoaderData } from "@remix-run/react";
import { allTenants } from "~/access/ctx.server.ts";
import { protectedAction, protectedLoader } from "~/access/page.server.ts";
import { createStaff } from "~/access/staff/staff.server.ts";
import { offeredRoles } from "~/access/policy.ts";
import { CopyLine } from "~/ui/feedback/copy.tsx";
import { Notice } from "~/ui/feedback/empty.tsx";
import { Form, Submit } from "~/ui/form/form.tsx";
import { useDone } from "~/ui/form/result.ts";
import { Page } from "~/ui/layout/page.tsx";
import { Panel } from "~/ui/layout/panel.tsx";
import { StaffFields } from "./staff-form.tsx";

export const handle = { crumbs: () => [{ label: "Staff", to: "/settings/staff" }, { label: "Add staff" }] };
export const meta = () => [{ title: "Add staff · Invigil" }];

export const loader = protectedLoader("staff.manage", async ({ url }) => ({ tenants: await allTenants(), origin: url.origin }));

export const action = protectedAction("staff.manage", ({ ctx, form }) =>
  createStaff({
    ctx,
    input: { email: form.get("email"), name: form.get("name"), role: form.get("role") as never, colleges: form.all("colleges") },
  }),
);

export default function NewStaff() {
  const { tenants, origin } = useLoaderData<typeof loader>();
  const added = useDone<typeof action>();
  return (
    <Page title="Add staff" context="They choose their own password with a one-time link.">
      <Panel className="max-w-2xl">
        {added ? (
          <Notice tone="ok" title="Added. Send them this link. It works once, for 24 hours, and is not shown again.">
            <CopyLine text={`${origin}${added.link}`} />
          </Notice>
        ) : (
          <Form>
            <StaffFields
              isNew
              tenants={tenants}
              values={{
                name: "",
                email: "",
                role: offeredRoles().includes("PROCTOR") ? "PROCTOR" : "SRE",
                colleges: [],
                active: true,
              }}
            />
            <div>
              <Submit busy="Adding…">Add staff</Submit>
            </div>
          </Form>
        )}
      </Panel>
    </Page>
  );
}
