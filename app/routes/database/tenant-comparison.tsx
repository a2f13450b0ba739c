import { Link, useLoaderData } from "@remix-run/react";
import { protectedAction, protectedLoader } from "~/access/page.server.ts";
import { ownClusterOnly } from "~/observability/backups/own-cluster.ts";
import { askPutBack, askUndo } from "~/observability/backups/tenant/ask-put-back.server.ts";
import { getComparison, previewChoice } from "~/observability/backups/tenant/comparisons.server.ts";
import { countDifferences, listDifferences, listOwners } from "~/observability/backups/tenant/differences.server.ts";
import { Page } from "~/ui/layout/page.tsx";
import { WithAside } from "~/ui/layout/panel.tsx";
import { useLive } from "~/ui/live.ts";
import { comparisonTitle, Facts, Standing } from "./parts/backups/tenant/facts.tsx";
import { Owners } from "./parts/backups/tenant/owners.tsx";
import { PutBack } from "./parts/backups/tenant/put-back.tsx";
import { Rows } from "./parts/backups/tenant/rows.tsx";
import { Runs } from "./parts/backups/tenant/runs.tsx";
import { tableName } from "./parts/backups/tenant/state.tsx";
import { Tables } from "./parts/backups/tenant/tables.tsx";

export const handle = {
  crumbs: () => [
    { label: "Database", to: "/database" },
    { label: "Backups", to: "/database/backups" },
    { label: "Restore a tenant", to: "/database/backups/tenants" },
    { label: "Comparison" },
  ],
};
export const meta = () => [{ title: "Comparison · Invigil" }];

export const loader = protectedLoader("database.read", async ({ ctx, url, params }) => {
  ownClusterOnly();
  const comparison = await getComparison({ ctx, input: { id: params["id"]! } });
  const asked = (name: string) => url.searchParams.get(name) || null;
  const of = { comparisonId: comparison.id, person: asked("person"), exam: asked("exam") };
  const [table, picks, ready] = [asked("table"), url.searchParams.getAll("pick"), comparison.state === "READY"];
  const showRows = ready && comparison.maySeeRows;
  return {
    comparison,
    ...of,
    table,
    picks,
    counts: ready ? await countDifferences({ ctx, input: of }) : [],
    preview: ready && picks.length > 0 ? await previewChoice({ ctx, input: { ...of, picks } }) : null,
    owners: showRows ? await listOwners({ ctx, input: { comparisonId: comparison.id, q: asked("q") ?? "" } }) : null,
    rows:
      showRows && (table || of.person || of.exam)
        ? await listDifferences({ ctx, input: { ...of, table, after: asked("after") } })
        : null,
  };
});

export const action = protectedAction("tenants.manage", async ({ ctx, form, params }) => {
  const reason = form.get("reason");
  if (form.intent("put", "undo") === "undo") {
    await askUndo({ ctx, input: { runId: form.get("runId"), reason } });
    return { message: "The undo has started. Progress is shown below." };
  }
  const only = { person: form.get("person") || null, exam: form.get("exam") || null };
  await askPutBack({ ctx, input: { comparisonId: params["id"]!, picks: form.all("pick"), reason, ...only } });
  return { message: "Putting back has started. Progress is shown below." };
});

export default function TenantComparison() {
  const data = useLoaderData<typeof loader>();
  const { comparison, rows, owners, preview } = data;
  const writing = comparison.runs.some(({ state }) => state === "QUEUED" || state === "RUNNING");
  useLive(writing || comparison.state === "QUEUED" || comparison.state === "RUNNING", 1500);
  const ready = comparison.state === "READY";
  const mayAct = comparison.mayAct && ready && !writing;
  return (
    <Page title={comparisonTitle(comparison)} context={comparison.reason}>
      <Standing comparison={comparison} writing={writing} />
      <WithAside
        aside={
          <>
            <Facts comparison={comparison} />
            {owners && <Owners {...owners} />}
          </>
        }
      >
        {(data.person || data.exam) && (
          <p>
            Only one {data.person ? "person" : "exam"} is shown and chosen.{" "}
            <Link className="link" to="?">
              Show the whole tenant
            </Link>
          </p>
        )}
        {mayAct && preview && <PutBack preview={preview} picks={data.picks} person={data.person} exam={data.exam} />}
        <Runs runs={comparison.runs} mayAct={mayAct} />
        {ready && (
          <Tables
            counts={data.counts}
            picks={data.picks}
            mayAct={mayAct}
            maySeeRows={comparison.maySeeRows}
            summary={comparison.summary}
          />
        )}
        {rows && <Rows {...rows} heading={data.table ? `Rows of ${tableName(data.table)}` : "Rows"} />}
      </WithAside>
    </Page>
  );
}
