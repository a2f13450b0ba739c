import { Link, useLoaderData } from "@remix-run/react";
import "~/domains/resources.ts";
import { actVerbs } from "~/domains/acts.server.ts";
import { protectedAction, protectedLoader, redirect } from "~/access/page.server.ts";
import { previewBulk, startBulk } from "~/resources/bulk.server.ts";
import { Changes } from "~/resources/changes-view.tsx";
import { filterParams } from "~/resources/query.ts";
import { resourceNamed } from "~/resources/registry.ts";
import { viewOf } from "~/resources/view.ts";
import { NotFound } from "~/platform/errors.ts";
import { count, plural } from "~/platform/format.ts";
import { Notice } from "~/ui/feedback/empty.tsx";
import { Form, Select, Submit, Textarea } from "~/ui/form/form.tsx";
import { Page } from "~/ui/layout/page.tsx";
import { Figure, Figures, Panel } from "~/ui/layout/panel.tsx";

type Shown = { resource: { many: string; name: string }; label: string };
export const handle = {
  crumbs: (data: Shown | undefined) => [
    { label: data?.resource.many ?? "", to: `/data/${data?.resource.name ?? ""}` },
    { label: data?.label ?? "" },
  ],
};

function selection(url: URL) {
  const ids = url.searchParams.getAll("id");
  return ids.length > 0 ? { ids } : { filter: filterParams(url.searchParams).toString() };
}

export const loader = protectedLoader("self", async ({ ctx, params, url }) => {
  const of = resourceNamed(params["resource"] ?? "");
  const resource = viewOf(of, ctx.actor.role);
  const chosen = [...resource.bulk, ...resource.trashActs].find((one) => one.key === url.searchParams.get("act"));
  if (!chosen) throw new NotFound(`${of.many} have no such action`);
  const value = url.searchParams.get("value") ?? chosen.options?.[0] ?? "";
  const preview = await previewBulk(
    ctx,
    { resource: of.name, act: chosen.key, value, reason: "your reason", selection: selection(url) },
    actVerbs,
  );
  return { resource, chosen, label: chosen.label, preview, value };
});

export const action = protectedAction("self", async ({ ctx, params, url, form }) => {
  const { jobId } = await startBulk({
    ctx,
    input: {
      resource: params["resource"] ?? "",
      act: url.searchParams.get("act") ?? "",
      value: form.get("value"),
      reason: form.get("reason"),
      selection: selection(url),
    },
  });
  return redirect(`/jobs/${jobId}`);
});

const BECOMES: Record<string, string> = {
  trash: "Moved to the trash",
  restore: "Restored from the trash",
  purge: "Deleted permanently",
};

export default function Bulk() {
  const { resource, chosen, preview, value } = useLoaderData<typeof loader>();
  const n = preview.exact ? count(preview.n) : `more than ${count(preview.n)}`;
  const refused = preview.refusals.reduce((sum, one) => sum + one.n, 0);
  const nouns = preview.n === 1 ? resource.one.toLowerCase() : resource.many.toLowerCase();
  return (
    <Page title={`${chosen.label}: ${n} ${nouns}`} context={chosen.says}>
      <Figures>
        <Figure label="Chosen" value={n} unit={nouns} />
        <Figure label="To be changed" value={count(preview.tried - refused)} unit={`of the first ${count(preview.tried)}`} />
        <Figure
          label="To be refused"
          value={count(refused)}
          tone={refused > 0 ? "warn" : undefined}
          unit={`of the first ${count(preview.tried)}`}
        />
      </Figures>
      <div className="grid gap-4 lg:grid-cols-2">
        <Panel title="Preview">
          <ul className="flex flex-col gap-2">
            {preview.sample.map((one) => (
              <li key={one.id} className="min-w-0">
                <Link to={`/data/${resource.name}/${one.id}`} className="font-[560] hover:underline">
                  {one.title}
                </Link>
                {one.refused ? (
                  <p className="text-[12px] text-warn">Refused: {one.refused}</p>
                ) : one.changes.length > 0 ? (
                  <Changes list={one.changes} labels={preview.labels} />
                ) : (
                  <p className="text-[12px] text-muted">{BECOMES[chosen.key] ?? "No field of the record"}</p>
                )}
              </li>
            ))}
          </ul>
          {preview.refusals.length > 0 && (
            <>
              <h3 className="mt-4 font-[560]">Refused</h3>
              <ul className="mt-1 flex flex-col gap-1">
                {preview.refusals.map(({ reason, n: many, titles }) => (
                  <li key={reason}>
                    <span className="num">{count(many)}</span> × {reason}{" "}
                    <span className="text-muted">
                      ({titles.join(", ")}
                      {many > titles.length && ", …"})
                    </span>
                  </li>
                ))}
              </ul>
            </>
          )}
        </Panel>
        <Panel title="Confirm">
          {preview.n === 0 ? (
            <Notice tone="neutral" title="Nothing is selected any more" />
          ) : (
            <Form>
              {chosen.options && (
                <Select
                  label="Set to"
                  name="value"
                  defaultValue={value}
                  options={chosen.options.map((option) => ({ value: option, label: option.toLowerCase().replaceAll("_", " ") }))}
                />
              )}
              <Textarea label="Reason" name="reason" hint="Recorded in the audit log with every record" />
              <p className="text-muted">
                The filter is evaluated again when the job runs. Each record succeeds or fails on its own. Failed ones are listed
                in a file.
              </p>
              <div>
                <Submit tone={chosen.danger ? "danger" : "primary"} busy="Starting…">
                  {chosen.label} ({plural(preview.n, resource.one.toLowerCase(), resource.many.toLowerCase())})
                </Submit>
              </div>
            </Form>
          )}
        </Panel>
      </div>
    </Page>
  );
}
