import { Link, useLoaderData } from "@remix-run/react";
import { protectedLoader } from "~/access/page.server.ts";
import { accessReview, keyReview } from "~/access/log/review.server.ts";
import { ROLE_LABELS, SEES_ALL_TENANTS, type Role } from "~/access/policy.ts";
import { recordAlone } from "~/audit/record.server.ts";
import { csvLine } from "~/resources/csv.ts";
import { plural } from "~/platform/format.ts";
import { Badge } from "~/ui/feedback/badge.tsx";
import { LinkButton } from "~/ui/form/link-button.tsx";
import { Page } from "~/ui/layout/page.tsx";
import { Panel } from "~/ui/layout/panel.tsx";
import { Ago } from "~/ui/time/time.tsx";
import { auditTabs } from "./tabs.ts";
import { Keys } from "./key-review.tsx";

export const handle = { crumbs: () => [{ label: "Audit", to: "/audit" }, { label: "Access review" }] };

export const meta = () => [{ title: "Access review · Invigil" }];

const tenantOf = (row: { role: string; tenant: string | null }) =>
  SEES_ALL_TENANTS.has(row.role) ? "All" : (row.tenant ?? "None");

export const loader = protectedLoader("staff.read", async ({ ctx, url }) => {
  const [rows, keys] = await Promise.all([accessReview({ ctx, input: {} }), keyReview({ ctx, input: {} })]);
  if (url.searchParams.get("format") === "csv") {
    await recordAlone(ctx, { action: "access.export", resource: "staff", details: { rows: rows.length + keys.length } });
    const text =
      csvLine(["Name", "E-mail", "Role", "Tenant", "Active", "Second factor", "Since", "Granted by", "Last act"]) +
      rows
        .map((row) =>
          csvLine([
            row.name,
            row.email,
            row.role,
            tenantOf(row),
            row.is_active,
            row.mfa,
            row.since.toISOString(),
            row.granted_by,
            row.last_act?.toISOString(),
          ]),
        )
        .join("") +
      keys
        .map((key) =>
          csvLine([
            key.name,
            `${key.prefix}…`,
            `API key: ${key.scopes.join(", ")}`,
            key.tenant,
            key.works,
            "",
            key.since.toISOString(),
            key.granted_by,
            key.last_act?.toISOString(),
          ]),
        )
        .join("");
    throw new Response(text, {
      headers: { "Content-Type": "text/csv; charset=utf-8", "Content-Disposition": 'attachment; filename="access-review.csv"' },
    });
  }
  return { rows, keys, role: ctx.actor.role };
});

export default function AccessReview() {
  const { rows, keys, role } = useLoaderData<typeof loader>();
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
        <LinkButton reloadDocument to="/audit/access?format=csv">
          CSV
        </LinkButton>
      }
    >
      <Panel flush>
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
