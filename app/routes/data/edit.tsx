import { useLoaderData } from "@remix-run/react";
import "~/domains/resources.ts";
import { protectedAction, protectedLoader, redirect } from "~/access/page.server.ts";
import type { Refusal } from "~/platform/action-result.ts";
import { asTyped, FormFields } from "~/resources/form-fields.tsx";
import { resourceNamed } from "~/resources/registry.ts";
import { get, update } from "~/resources/verbs.server.ts";
import { viewOf, type ResourceView } from "~/resources/view.ts";
import { LinkButton } from "~/ui/form/link-button.tsx";
import { Form, Submit } from "~/ui/form/form.tsx";
import { useRefusal } from "~/ui/form/result.ts";
import { Page } from "~/ui/layout/page.tsx";
import { Panel } from "~/ui/layout/panel.tsx";

type Shown = { resource: { many: string; name: string }; title: string; row: { id: string } };
export const handle = {
  crumbs: (data: Shown | undefined) => [
    { label: data?.resource.many ?? "", to: `/data/${data?.resource.name ?? ""}` },
    { label: data?.title ?? "", to: `/data/${data?.resource.name ?? ""}/${data?.row.id ?? ""}` },
    { label: "Edit" },
  ],
};

export const loader = protectedLoader("self", async ({ ctx, params }) => {
  const resource = resourceNamed(params["resource"] ?? "");
  return {
    resource: viewOf(resource, ctx.actor.role),
    ...(await get({ ctx, input: { resource: resource.name, id: params["id"] ?? "" } })),
  };
});

export const action = protectedAction("self", async ({ ctx, form, params }) => {
  const resource = params["resource"] ?? "";
  const id = params["id"] ?? "";
  const { _version: version = "", ...values } = form.values();
  await update({ ctx, input: { resource, id, version, values } });
  return redirect(`${resourceNamed(resource).page}${id}`);
});

export default function ResourceEdit() {
  const { resource, row, title, labels } = useLoaderData<typeof loader>();
  const refusal = useRefusal();
  const clash = clashOf(refusal);
  return (
    <Page title={`Edit ${title}`} context={resource.one}>
      <Panel className="max-w-3xl">
        <Form>
          {clash && <Versions resource={resource} mine={refusal?.values ?? {}} theirs={clash.theirs} />}
          <input type="hidden" name="_version" value={clash?.version ?? refusal?.values["_version"] ?? row.version} />
          <FormFields resource={resource} editing values={row.values} labels={labels} />
          <div className="flex gap-2">
            <Submit busy="Saving…">{clash ? "Overwrite with my version" : "Save"}</Submit>
            <LinkButton to={`/data/${resource.name}/${row.id}`}>Cancel</LinkButton>
          </div>
        </Form>
      </Panel>
    </Page>
  );
}

/** What the other editor saved meanwhile, where that is why this one was refused. */
function clashOf(refusal: Refusal | undefined): { version: string; theirs: Record<string, unknown> } | null {
  const details = refusal?.status === 409 ? refusal.details : null;
  if (typeof details !== "object" || details === null || !("version" in details && "theirs" in details)) return null;
  return { version: String(details.version), theirs: Object.fromEntries(Object.entries(details.theirs ?? {})) };
}

/** Two editors: the second one sees both versions and chooses, field by field. */
function Versions({
  resource,
  mine,
  theirs,
}: {
  resource: ResourceView;
  mine: Record<string, string>;
  theirs: Record<string, unknown>;
}) {
  const differing = resource.fields.filter(
    (field) => field.key in theirs && field.kind !== "bool" && (mine[field.key] ?? "") !== asTyped(field, theirs[field.key]),
  );
  return (
    <div className="overflow-x-auto rounded-control border">
      <table className="rows">
        <thead>
          <tr>
            <th>Field</th>
            <th>Their version</th>
            <th>Your version, below</th>
          </tr>
        </thead>
        <tbody>
          {differing.map((field) => (
            <tr key={field.key}>
              <td>{field.label}</td>
              <td>{asTyped(field, theirs[field.key]) || "empty"}</td>
              <td>{mine[field.key] || "empty"}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
