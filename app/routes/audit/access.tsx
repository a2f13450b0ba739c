import { Link, useLoaderData } from "@remix-run/react";
import { protectedAction, protectedLoader, redirect } from "~/access/page.server.ts";
import { accessReview, keyReview } from "~/access/log/review.server.ts";
import { may, ROLE_LABELS, type Role } from "~/access/policy.ts";
import { listCampaigns } from "~/domains/access-review/campaign.server.ts";
import { acrossTenants } from "~/domains/access-review/scope.ts";
import { startCampaign } from "~/domains/access-review/start-campaign.server.ts";
import { plural } from "~/platform/format.ts";
import { Badge } from "~/ui/feedback/badge.tsx";
import { Page } from "~/ui/layout/page.tsx";
import { Panel } from "~/ui/layout/panel.tsx";
import { Ago } from "~/ui/time/time.tsx";
import { tenantOf } from "./access-cells.ts";
import { Campaigns } from "./campaigns.tsx";
import { auditTabs } from "./tabs.ts";
import { Keys } from "./key-review.tsx";

export const handle = { crumbs: () => [{ label: "Audit", to: "/audit" }, { label: "Access review" }] };

export const meta = () => [{ title: "Access review · Invigil" }];

export const loader = protectedLoader("staff.read", async ({ ctx: own, url }) => {
  // Addresses that were kept from when the file was an answer of this page.
  if (url.searchParams.get("format") === "csv") throw redirect("/audit/access.csv");
  const ctx = acrossTenants(own);
  const [rows, keys, campaigns] = await Promise.all([
    accessReview({ ctx, input: {} }),
    keyReview({ ctx, input: {} }),
    listCampaigns({ ctx, input: {} }),
  ]);
  return { rows, keys, campaigns, role: ctx.actor.role, today: ctx.clock.now().toISOString().slice(0, 10) };
});

export const action = protectedAction("staff.manage", async ({ ctx, form }) => {
  const { id } = await startCampaign({
    ctx: acrossTenants(ctx),
    input: { name: form.get("name"), dueOn: form.get("dueOn") },
  });
  return redirect(`/audit/access/campaigns/${id}`);
});

export default function AccessReview() {
  const { rows, keys, campaigns, role, today } = useLoaderData<typeof loader>();
  const unused =
    rows.filter((row) => row.is_active && !row.last_act).length + keys.filter((key) => key.works && !key.last_act).length;
  return (
    <Page
      title={
        unused > 0 ? `${plural(unused, "granted right is", "granted rights are")} not in use.` : "Every granted right is in use."
      }
      context="Who has which permissions, since when, granted by whom, and when they were last used."
      tabs={auditTabs(role)}
      actions={
        <a className="control" href="/audit/access.csv" download>
          CSV
        </a>
      }
    >
      <Campaigns campaigns={campaigns} today={today} mayStart={may(role, "staff.manage")} />
      <Panel flush title="Who has access now">
        <table className="rows">
          <thead>
            <tr>
              <th>Person</th>
              <th>Role</th>
              <th className="max-md:hidden">Tenant</th>
              <th className="num max-lg:hidden">Permissions</th>
              <th className="max-md:hidden">Since</th>
              <th className="max-lg:hidden">Granted by</th>
              <th>Last act</th>
              <th className="max-lg:hidden">Second factor</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row, index) => (
              <tr key={`${row.id}${index}`}>
                <td>
                  <Link to={`/settings/staff/${row.id}`} className="font-[560] hover:underline">
                    {row.name}
                  </Link>{" "}
                  {!row.is_active && <Badge>Deactivated</Badge>}
                </td>
                <td>
                  {ROLE_LABELS[row.role as Role]}
                  <span className="block max-w-[120px] truncate text-muted md:hidden">{tenantOf(row)}</span>
                </td>
                <td className="max-md:hidden">{tenantOf(row)}</td>
                <td className="num max-lg:hidden">{row.may}</td>
                <td className="max-md:hidden">
                  <Ago at={row.since} />
                </td>
                <td className="text-muted max-lg:hidden">{row.granted_by ?? "not on record"}</td>
                <td>
                  {row.last_act ? (
                    <Link to={`/audit?q=actor:${row.id}&range=30d`} className="hover:underline">
                      <Ago at={row.last_act} />
                    </Link>
                  ) : (
                    <span className="text-warn">never</span>
                  )}
                </td>
                <td className="max-lg:hidden">{row.mfa ? <Badge tone="ok">On</Badge> : <Badge>Off</Badge>}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Panel>
      <Keys keys={keys} />
    </Page>
  );
}
