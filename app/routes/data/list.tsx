import { useLoaderData } from "@remix-run/react";
import "~/domains/resources.ts";
import { allTenants } from "~/access/ctx.server.ts";
import { protectedAction, protectedLoader, redirect } from "~/access/page.server.ts";
import { isUuid } from "~/platform/ids.ts";
import { readQuery } from "~/resources/query.ts";
import { keepLayout, layoutOf } from "~/resources/layouts.server.ts";
import { resourceNamed } from "~/resources/registry.ts";
import { ListView } from "~/resources/list/list-view.tsx";
import { list, meant } from "~/resources/verbs.server.ts";
import { removeView, savedViews, saveView } from "~/resources/views.server.ts";
import { viewOf } from "~/resources/view.ts";
import { Notice } from "~/ui/feedback/empty.tsx";
import { LinkButton } from "~/ui/form/link-button.tsx";
import { Page } from "~/ui/layout/page.tsx";
import { areaAt, resourceAt } from "../areas.ts";
import { areaTabs, mayOpen } from "../nav.ts";
import { tenantsInSight } from "./tenants-in-sight.ts";

export const handle = {
  crumbs: (data: { resource: { many: string } } | undefined) => [{ label: data?.resource.many ?? "Records" }],
};
export const meta = ({ data }: { data?: { resource: { many: string } } }) => [
  { title: `${data?.resource.many ?? "Records"} · Invigil` },
];

const NOBODY = "00000000-0000-0000-0000-000000000000";

export const loader = protectedLoader("self", async ({ ctx, params, url }) => {
  const resource = resourceNamed(resourceAt(params, url.pathname));
  const query = readQuery(resource, url.searchParams);
  const layout = await layoutOf(ctx, resource);
  if (!url.searchParams.has("cols") && layout.columns) query.columns = layout.columns;
  // A reference is filtered by its id; what a person typed instead is looked up, and the address says which one is meant,
  // so that the export and a bulk act mean the same.
  const asked = query.filters;
  let refused: string | null = null;
  for (const filter of asked) {
    const to = resource.fields.find((field) => field.key === filter.field)?.to;
    if (!to || isUuid(filter.value) || filter.op === "empty" || filter.op === "set") continue;
    const { id, says } = await meant({ ctx, input: { resource: to, q: filter.value } });
    if (id) {
      const next = new URLSearchParams(url.searchParams);
      next.set(next.has(`f.${filter.field}`) ? `f.${filter.field}` : `f.${filter.field}.${filter.op}`, id);
      return redirect(`${url.pathname.replace(/\.data$/, "")}?${next.toString()}`);
    }
    refused = says;
    query.filters = query.filters.map((one) => (one === filter ? { ...one, value: NOBODY } : one));
  }
  const [{ rows, next, previous, labels, count }, views, tenants] = await Promise.all([
    list({ ctx, input: { resource: resource.name, query } }),
    savedViews({ ctx, input: { page: `/data/${resource.name}` } }),
    allTenants(),
  ]);
  return {
    resource: viewOf(resource, ctx.actor.role),
    area: areaAt(url.pathname) ?? resource.area,
    role: ctx.actor.role,
    rows,
    next,
    previous,
    labels,
    total: count,
    columns: query.columns,
    layout: { chosen: layout.columns !== null, dense: layout.dense },
    everywhere: { tenant: query.tenant, created: query.created },
    filters: asked,
    refused,
    q: query.q,
    sort: query.sort.key,
    limit: query.limit,
    trash: query.trash,
    views: views.map((view) => ({ id: view.id, name: view.name, query: view.query, mine: view.staffId === ctx.actor.id })),
    tenants: tenantsInSight(ctx.scope, tenants),
  };
});

export const action = protectedAction("self", async ({ ctx, form, params, url }) => {
  const name = resourceAt(params, url.pathname);
  switch (form.intent("remove-view", "save-view", "layout")) {
    case "remove-view":
      return removeView({ ctx, input: { id: form.get("id") } });
    case "save-view":
      return saveView({
        ctx,
        input: { page: `/data/${name}`, name: form.get("name"), query: form.get("query"), shared: form.has("shared") },
      });
    case "layout": {
      await keepLayout(ctx, resourceNamed(name), form.data);
      const shown = new URLSearchParams(url.searchParams);
      shown.delete("cols");
      return redirect(`${url.pathname.replace(/\.data$/, "")}?${shown.toString()}`);
    }
  }
});

export default function ResourceList() {
  const data = useLoaderData<typeof loader>();
  const { resource } = data;
  return (
    <Page
      title={data.trash ? `${resource.many} in the trash` : resource.many}
      tabs={areaTabs(data.area, data.role)}
      actions={
        <>
          {resource.importable && <LinkButton to={`/imports/new?resource=${resource.name}`}>Import</LinkButton>}
          {resource.mayWrite && (!resource.isTenant || mayOpen(data.role, "/tenants/new")) && (
            <LinkButton tone="primary" to={resource.isTenant ? "/tenants/new" : `/data/${resource.name}/new`}>
              New {resource.one.toLowerCase()}
            </LinkButton>
          )}
        </>
      }
    >
      {data.refused && <Notice tone="warn" title={data.refused} />}
      <ListView {...data} />
    </Page>
  );
}
