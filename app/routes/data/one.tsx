import { useLoaderData } from "@remix-run/react";
import "~/domains/resources.ts";
import { protectedAction, protectedLoader, redirect } from "~/access/page.server.ts";
import { may } from "~/access/policy.ts";
import { relationLists } from "~/resources/relations.server.ts";
import { history } from "~/resources/history.server.ts";
import { Facts, Relations } from "~/resources/detail-view.tsx";
import { History } from "~/resources/history-view.tsx";
import { RemovePanel } from "~/resources/remove-panel.tsx";
import { resourceNamed } from "~/resources/registry.ts";
import { consequences, get, remove, restore } from "~/resources/verbs.server.ts";
import { viewOf } from "~/resources/view.ts";
import { Badge } from "~/ui/feedback/badge.tsx";
import { LinkButton } from "~/ui/form/link-button.tsx";
import { Page } from "~/ui/layout/page.tsx";
import { WithAside } from "~/ui/layout/panel.tsx";

type Shown = { resource: { many: string; name: string; one: string }; title: string };
export const handle = {
  crumbs: (data: Shown | undefined) => [
    { label: data?.resource.many ?? "Records", to: `/data/${data?.resource.name ?? ""}` },
    { label: data?.title ?? "" },
  ],
};
export const meta = ({ data }: { data?: Shown }) => [{ title: `${data?.title ?? "Record"} · Invigil` }];

export const loader = protectedLoader("self", async ({ ctx, params }) => {
  const resource = resourceNamed(params["resource"] ?? "");
  // A person has one page.
  if (resource.name === "user") return redirect(`${resource.page}${params["id"] ?? ""}`);
  const found = await get({ ctx, input: { resource: resource.name, id: params["id"] ?? "" } });
  const [past, relations, goes] = await Promise.all([
    history({ ctx, input: { resource: resource.name, id: found.row.id } }),
    relationLists({ ctx, input: { resource: resource.name, id: found.row.id } }),
    resource.remove && may(ctx.actor.role, resource.remove)
      ? consequences({ ctx, input: { resource: resource.name, id: found.row.id } })
      : [],
  ]);
  return { resource: viewOf(resource, ctx.actor.role), area: resource.area, ...found, past, relations, goes };
});

export const action = protectedAction("self", async ({ ctx, params, form }) => {
  const input = { resource: params["resource"] ?? "", id: params["id"] ?? "" };
  const intent = form.intent("restore", "remove", "purge");
  if (intent === "restore") {
    await restore({ ctx, input });
    return { message: "Restored." };
  }
  await remove({ ctx, input: { ...input, reason: form.get("reason"), purge: intent === "purge" } });
  return redirect(`/data/${input.resource}`);
});

export default function ResourceOne() {
  const { resource, row, title, labels, past, relations, goes, deletedAt } = useLoaderData<typeof loader>();
  const trashed = deletedAt !== null;
  return (
    <Page
      title={title}
      badge={trashed ? <Badge tone="bad">In the trash</Badge> : undefined}
      context={resource.one}
      actions={
        <>
          {!trashed &&
            resource.bulk
              .filter((one) => one.key !== "trash")
              .map((one) => (
                <LinkButton
                  key={one.key}
                  to={`/data/${resource.name}/bulk?act=${one.key}&id=${row.id}`}
                  tone={one.danger ? "danger" : "plain"}
                >
                  {one.label}…
                </LinkButton>
              ))}
          {resource.mayWrite && !trashed && <LinkButton to={`/data/${resource.name}/${row.id}/edit`}>Edit</LinkButton>}
        </>
      }
    >
      <WithAside aside={<History entries={past} />}>
        <Facts resource={resource} values={row.values} labels={labels} id={row.id} />
        <Relations relations={relations} of={row.id} />
        {resource.mayRemove && !resource.isTenant && <RemovePanel soft={resource.trash} trashed={trashed} pointing={goes} />}
      </WithAside>
    </Page>
  );
}
