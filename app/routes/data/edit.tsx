import { Link, useActionData, useLoaderData } from "@remix-run/react";
import "~/domains/resources.ts";
import { act, page, redirect } from "~/access/page.server.ts";
import { asTyped, FormFields } from "~/resources/form-fields.tsx";
import { resourceNamed } from "~/resources/registry.ts";
import { get, update } from "~/resources/verbs.server.ts";
import { viewOf, type ResourceView } from "~/resources/view.ts";
import { Form, Submit } from "~/ui/form/form.tsx";
import { Page } from "~/ui/layout/page.tsx";
import { Panel } from "~/ui/layout/panel.tsx";
import { pathOf } from "./areas.ts";

type Shown = { resource: { many: string; name: string }; title: string; row: { id: string } };
export const handle = {
  crumbs: (data: Shown | undefined) => [
    { label: data?.resource.many ?? "", to: `/data/${data?.resource.name ?? ""}` },
    { label: data?.title ?? "", to: `/data/${data?.resource.name ?? ""}/${data?.row.id ?? ""}` },
    { label: "Edit" },
  ],
};

export const loader = page("self", async ({ ctx, params }) => {
  const of = resourceNamed(params["resource"] ?? "");
  return { resource: viewOf(of, ctx.actor.role), ...(await get({ ctx, input: { resource: of.name, id: params["id"] ?? "" } })) };
});

export const action = act("self", async ({ ctx, form, params }) => {
  const resource = params["resource"] ?? "";
  const id = params["id"] ?? "";
  const { _version: version = "", ...values } = form.values();
  await update({ ctx, input: { resource, id, version, values } });
  return redirect(pathOf(resource)?.(id) ?? `/data/${resource}/${id}`);
});

type Refused = {
  ok: false;
  status: number;
  values: Record<string, string>;
  details?: { version?: string; theirs?: Record<string, unknown> };
};

export default function ResourceEdit() {
  const { resource, row, title, labels } = useLoaderData<typeof loader>();
  const refused = useActionData() as Refused | { ok: true } | undefined;
  const clash = refused && !refused.ok && refused.status === 409 && refused.details?.theirs ? refused : null;
  return (
    <Page title={`Edit ${title}`} context={resource.one}>
      <Panel className="max-w-3xl">
        <Form>
          {clash && <Versions resource={resource} mine={clash.values} theirs={clash.details?.theirs ?? {}} />}
          <input
            type="hidden"
            name="_version"
            value={
              clash?.details?.version ?? (refused && !refused.ok ? (refused.values["_version"] ?? row.version) : row.version)
            }
          />
          <FormFields resource={resource} editing values={row.values} labels={labels} />
          <div className="flex gap-2">
            <Submit busy="Saving…">{clash ? "Save mine over theirs" : "Save"}</Submit>
            <Link to={`/data/${resource.name}/${row.id}`} className="control">
              Cancel
            </Link>
          </div>
        </Form>
      </Panel>
    </Page>
  );
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
            <th>Saved by the other</th>
            <th>Yours, below</th>
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
