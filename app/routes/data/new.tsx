import { useLoaderData } from "@remix-run/react";
import "~/domains/resources.ts";
import { allTenants } from "~/access/ctx.server.ts";
import { protectedAction, protectedLoader, redirect } from "~/access/page.server.ts";
import { FormFields } from "~/resources/form-fields.tsx";
import { resourceNamed } from "~/resources/registry.ts";
import { create } from "~/resources/verbs.server.ts";
import { viewOf } from "~/resources/view.ts";
import { LinkButton } from "~/ui/form/link-button.tsx";
import { Form, Select, Submit } from "~/ui/form/form.tsx";
import { Page } from "~/ui/layout/page.tsx";
import { Panel } from "~/ui/layout/panel.tsx";

export const handle = {
  crumbs: (data: { resource: { many: string; name: string } } | undefined) => [
    { label: data?.resource.many ?? "", to: `/data/${data?.resource.name ?? ""}` },
    { label: "New" },
  ],
};

export const loader = protectedLoader("self", async ({ ctx, params, url }) => {
  const resource = resourceNamed(params["resource"] ?? "");
  const { scope } = ctx;
  const tenants = (await allTenants()).filter(
    (tenant) => scope.kind === "all" || (scope.kind === "tenants" && scope.ids.includes(tenant.id)),
  );
  // Fields can come filled in from a link: "enroll a student of this class".
  return { resource: viewOf(resource, ctx.actor.role), tenants, given: Object.fromEntries(url.searchParams) };
});

export const action = protectedAction("platform.manage", async ({ ctx, form, params }) => {
  const resource = params["resource"] ?? "";
  const { collegeId, ...values } = form.values();
  const { id } = await create({ ctx, input: { resource, collegeId: collegeId || undefined, values } });
  return redirect(`${resourceNamed(resource).page}${id}`);
});

export default function ResourceNew() {
  const { resource, tenants, given } = useLoaderData<typeof loader>();
  return (
    <Page title={`New ${resource.one.toLowerCase()}`}>
      <Panel className="max-w-3xl">
        <Form>
          {tenants.length > 1 && (
            <Select
              label="Tenant"
              name="collegeId"
              defaultValue={given["collegeId"] ?? ""}
              options={[{ value: "", label: "Choose…" }, ...tenants.map((tenant) => ({ value: tenant.id, label: tenant.name }))]}
            />
          )}
          <FormFields resource={resource} values={given} />
          <div className="flex gap-2">
            <Submit busy="Saving…">Create {resource.one.toLowerCase()}</Submit>
            <LinkButton to={`/data/${resource.name}`}>Cancel</LinkButton>
          </div>
        </Form>
      </Panel>
    </Page>
  );
}
