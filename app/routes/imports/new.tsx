import { useLoaderData } from "@remix-run/react";
import "~/domains/resources.ts";
import { allTenants } from "~/access/ctx.server.ts";
import { protectedAction, protectedLoader, redirect } from "~/access/page.server.ts";
import { startImport } from "~/resources/import.server.ts";
import { resourceNamed } from "~/resources/registry.ts";
import { writableBy } from "~/resources/define.ts";
import { Invalid } from "~/platform/errors.ts";
import { Form, Labelled, Select, Submit, useFormRefusal } from "~/ui/form/form.tsx";
import { Page } from "~/ui/layout/page.tsx";
import { Panel, WithAside } from "~/ui/layout/panel.tsx";

export const handle = { crumbs: () => [{ label: "Imports", to: "/imports" }, { label: "Import file" }] };
export const meta = () => [{ title: "Import file · Invigil" }];

export const loader = protectedLoader("platform.manage", async ({ ctx, url }) => {
  const resource = resourceNamed(url.searchParams.get("resource") ?? "user");
  const tenants = (await allTenants()).filter(
    (tenant) => ctx.scope.kind === "all" || (ctx.scope.kind === "tenants" && ctx.scope.ids.includes(tenant.id)),
  );
  return {
    name: resource.name,
    many: resource.many,
    tenants,
    collegeId: url.searchParams.get("collegeId") ?? "",
    fields: writableBy(resource, ctx.actor.role).map((field) => ({
      key: field.key,
      label: field.label,
      required: field.required,
      options: field.options,
      kind: field.kind,
    })),
  };
});

export const action = protectedAction("platform.manage", async ({ ctx, form, url }) => {
  const file = form.data.get("file");
  if (!(file instanceof File) || file.size === 0) throw new Invalid("Choose a file", { file: ["Choose a CSV file"] });
  if (file.size > 21 * 1024 * 1024)
    throw new Invalid("The file is larger than 20 MB. Import it in parts.", { file: ["At most 20 MB"] });
  const { id } = await startImport({
    ctx,
    input: {
      resource: url.searchParams.get("resource") ?? "user",
      collegeId: form.get("collegeId"),
      fileName: file.name.slice(0, 200),
      content: Buffer.from(await file.arrayBuffer()),
    },
  });
  return redirect(`/imports/${id}`);
});

export default function NewImport() {
  const { many, tenants, fields, collegeId } = useLoaderData<typeof loader>();
  return (
    <Page
      title={`Import ${many.toLowerCase()}`}
      context="Choose the file, map its columns, and check it. Nothing is written before you confirm."
    >
      <WithAside
        aside={
          <Panel title="Accepted columns">
            <ul className="flex flex-col gap-1">
              {fields.map((field) => (
                <li key={field.key}>
                  {field.label} {field.required && <span className="text-[12px] text-muted">needed</span>}
                  {field.options && <span className="block text-[12px] text-muted">{field.options.join(", ")}</span>}
                </li>
              ))}
            </ul>
          </Panel>
        }
      >
        <Panel>
          <Form encType="multipart/form-data">
            <Select
              label="Tenant"
              name="collegeId"
              defaultValue={collegeId || (tenants.length === 1 ? tenants[0]!.id : "")}
              options={[{ value: "", label: "Choose…" }, ...tenants.map((tenant) => ({ value: tenant.id, label: tenant.name }))]}
            />
            <FileInput />
            <div>
              <Submit busy="Reading…">Upload</Submit>
            </div>
          </Form>
        </Panel>
      </WithAside>
    </Page>
  );
}

function FileInput() {
  const refusal = useFormRefusal();
  return (
    <Labelled
      label="CSV file"
      hint="UTF-8, the first line names the columns; commas, semicolons or tabs; at most 20 MB"
      error={refusal?.fields["file"]?.[0]}
    >
      {(ids) => <input {...ids} type="file" name="file" accept=".csv,text/csv,text/plain" className="input" />}
    </Labelled>
  );
}
