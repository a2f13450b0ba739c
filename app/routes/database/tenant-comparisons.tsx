import { useLoaderData } from "@remix-run/react";
import { ownClusterOnly } from "~/observability/backups/own-cluster.ts";
import { allTenants } from "~/access/ctx.server.ts";
import { protectedAction, protectedLoader, redirect } from "~/access/page.server.ts";
import { may } from "~/access/policy.ts";
import { hasPlace } from "~/db/cluster/place.server.ts";
import { askComparison } from "~/observability/backups/tenant/ask-comparison.server.ts";
import { listComparisons } from "~/observability/backups/tenant/comparisons.server.ts";
import { plural } from "~/platform/format.ts";
import { Notice } from "~/ui/feedback/empty.tsx";
import { Page } from "~/ui/layout/page.tsx";
import { Panel, WithAside } from "~/ui/layout/panel.tsx";
import { useLive } from "~/ui/live.ts";
import { AskComparison } from "./parts/backups/tenant/ask-comparison.tsx";
import { Comparisons } from "./parts/backups/tenant/comparisons.tsx";

export const handle = {
  crumbs: () => [
    { label: "Database", to: "/database" },
    { label: "Backups", to: "/database/backups" },
    { label: "Restore a tenant" },
  ],
};
export const meta = () => [{ title: "Restore a tenant · Invigil" }];

export const loader = protectedLoader("database.read", async ({ ctx }) => {
  ownClusterOnly();
  const mayAct = may(ctx.actor.role, "tenants.manage");
  const { scope } = ctx;
  const tenants = mayAct ? await allTenants() : [];
  return {
    comparisons: await listComparisons({ ctx, input: {} }),
    tenants: tenants.filter(({ id }) => scope.kind !== "tenants" || scope.ids.includes(id)),
    here: hasPlace(),
    mayAct: mayAct && hasPlace(),
    now: ctx.clock.now(),
  };
});

export const action = protectedAction("tenants.manage", async ({ ctx, form }) => {
  const typed = form.get("moment");
  const input = { collegeId: form.get("collegeId"), moment: typed && `${typed}Z`, reason: form.get("reason") };
  const { id } = await askComparison({ ctx, input });
  return redirect(`/database/backups/tenants/${id}`);
});

export default function TenantComparisons() {
  const { comparisons, tenants, here, mayAct, now } = useLoaderData<typeof loader>();
  useLive(
    comparisons.some(({ state }) => state === "QUEUED" || state === "RUNNING"),
    2000,
  );
  const ready = comparisons.filter(({ state }) => state === "READY").length;
  return (
    <Page
      title={ready > 0 ? `${plural(ready, "comparison is", "comparisons are")} ready` : "Restore one tenant to a minute"}
      context="One tenant's rows as they were, beside today's. Other tenants are never touched, and payments, decisions, results and certificates are never rewound."
    >
      {!here && (
        <Notice tone="warn" title="This server's files can't be reached from here">
          Comparing needs backups, and the collector on the database's machine.
        </Notice>
      )}
      <WithAside
        aside={
          mayAct && (
            <Panel title="Compare a tenant">
              <AskComparison tenants={tenants} now={now} />
            </Panel>
          )
        }
      >
        <Panel title="Comparisons" flush>
          <Comparisons comparisons={comparisons} />
        </Panel>
      </WithAside>
    </Page>
  );
}
