import { Link, useActionData, useLoaderData } from "@remix-run/react";
import "~/domains/resources.ts";
import { act, page, redirect } from "~/access/page.server.ts";
import { may } from "~/access/policy.ts";
import { relationLists } from "~/resources/relations.server.ts";
import { history } from "~/resources/history.server.ts";
import { Facts, Relations } from "~/resources/detail-view.tsx";
import { History } from "~/resources/history-view.tsx";
import { resourceNamed } from "~/resources/registry.ts";
import { consequences, get, remove, restore } from "~/resources/verbs.server.ts";
import { viewOf } from "~/resources/view.ts";
import { count } from "~/platform/format.ts";
import { Badge } from "~/ui/feedback/badge.tsx";
import { Notice } from "~/ui/feedback/empty.tsx";
import { Form, Submit, Textarea } from "~/ui/form/form.tsx";
import { Page } from "~/ui/layout/page.tsx";
import { Panel, WithAside } from "~/ui/layout/panel.tsx";

type Shown = { resource: { many: string; name: string; one: string }; title: string };
export const handle = {
  crumbs: (data: Shown | undefined) => [
    { label: data?.resource.many ?? "Records", to: `/data/${data?.resource.name ?? ""}` },
    { label: data?.title ?? "" },
  ],
};
export const meta = ({ data }: { data?: Shown }) => [{ title: `${data?.title ?? "Record"} · Invigil` }];

export const loader = page("self", async ({ ctx, params }) => {
  const of = resourceNamed(params["resource"] ?? "");
  const found = await get({ ctx, input: { resource: of.name, id: params["id"] ?? "" } });
  const [past, relations, goes] = await Promise.all([
    history({ ctx, input: { resource: of.name, id: found.row.id } }),
    relationLists({ ctx, input: { resource: of.name, id: found.row.id } }),
    of.remove && may(ctx.actor.role, of.remove) ? consequences({ ctx, input: { resource: of.name, id: found.row.id } }) : [],
  ]);
  return { resource: viewOf(of, ctx.actor.role), area: of.area, ...found, past, relations, goes };
});

export const action = act("self", async ({ ctx, params, form }) => {
  const input = { resource: params["resource"] ?? "", id: params["id"] ?? "" };
  const intent = form.intent("restore", "remove", "purge");
  if (intent === "restore") {
    await restore({ ctx, input });
    return { said: "Restored." };
  }
  await remove({ ctx, input: { ...input, reason: form.get("reason"), purge: intent === "purge" } });
  return redirect(`/data/${input.resource}`);
});

export default function ResourceOne() {
  const { resource, row, title, labels, past, relations, goes, deletedAt } = useLoaderData<typeof loader>();
  const result = useActionData() as { ok: boolean; result?: { said?: string } } | undefined;
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
                <Link
                  key={one.key}
                  to={`/data/${resource.name}/bulk?act=${one.key}&id=${row.id}`}
                  className={`control font-[560] ${one.danger ? "text-bad" : ""}`}
                >
                  {one.label}…
                </Link>
              ))}
          {resource.mayWrite && (
            <Link to={`/data/${resource.name}/${row.id}/edit`} className="control font-[560]">
              Edit
            </Link>
          )}
        </>
      }
    >
      {result?.ok && result.result?.said && <Notice tone="ok" title={result.result.said} />}
      <WithAside aside={<History entries={past} />}>
        <Facts resource={resource} values={row.values} labels={labels} id={row.id} />
        <Relations relations={relations} of={row.id} />
        {resource.mayRemove && !resource.isTenant && (
          <Panel title={trashed ? "In the trash" : "Remove"}>
            <div className="flex max-w-2xl flex-col gap-3">
              {trashed && (
                <Form intent="restore">
                  <Submit tone="primary">Restore</Submit>
                </Form>
              )}
              <details>
                <summary className="w-fit text-bad">
                  {trashed ? "Purge for good…" : resource.trash ? "Move to the trash…" : "Delete…"}
                </summary>
                <Form intent={trashed ? "purge" : "remove"} className="mt-3 flex flex-col gap-3">
                  <Goes goes={goes} soft={resource.trash && !trashed} />
                  <Textarea label="Reason" name="reason" hint="Goes into the audit log" />
                  <div>
                    <Submit tone="danger" busy="Removing…">
                      {trashed ? "Purge" : resource.trash ? "Move to the trash" : "Delete"}
                    </Submit>
                  </div>
                </Form>
              </details>
            </div>
          </Panel>
        )}
      </WithAside>
    </Page>
  );
}

function Goes({ goes, soft }: { goes: { table: string; n: number; goes: boolean }[]; soft: boolean }) {
  if (goes.length === 0) return <p className="text-muted">Nothing else points to it.</p>;
  return (
    <div>
      <p>{soft ? "It disappears from lists and can be restored. These keep pointing to it:" : "This touches other records:"}</p>
      <ul className="mt-1 list-disc pl-5 text-muted">
        {goes.map((one) => (
          <li key={`${one.table}${String(one.goes)}`}>
            {one.n >= 10_000 ? "more than 10,000" : count(one.n)} in {one.table.replaceAll("_", " ")}:{" "}
            {soft ? "stay" : one.goes ? "go with it" : "hold it back"}
          </li>
        ))}
      </ul>
    </div>
  );
}
