import { Link, useLoaderData } from "@remix-run/react";
import { allTenants } from "~/access/ctx.server.ts";
import { protectedLoader } from "~/access/page.server.ts";
import { may, ROLE_LABELS, SEES_ALL_TENANTS } from "~/access/policy.ts";
import { listStaff } from "~/access/staff/staff.server.ts";
import { plural } from "~/platform/format.ts";
import { Badge } from "~/ui/feedback/badge.tsx";
import { LinkButton } from "~/ui/form/link-button.tsx";
import { Page } from "~/ui/layout/page.tsx";
import { Panel } from "~/ui/layout/panel.tsx";
import { Ago } from "~/ui/time/time.tsx";
import { settingsTabs } from "./tabs.ts";

export const handle = { crumbs: () => [{ label: "Staff" }] };
export const meta = () => [{ title: "Staff · Invigil" }];

export const loader = protectedLoader("staff.read", async ({ ctx }) => {
  const tenants = new Map((await allTenants()).map((tenant) => [tenant.id, tenant.name]));
  const staff = await listStaff({ ctx, input: {} });
  return {
    role: ctx.actor.role,
    staff: staff.map((one) => ({ ...one, tenants: one.college_ids.map((id) => tenants.get(id) ?? "a removed tenant") })),
  };
});

export default function Staff() {
  const { staff, role } = useLoaderData<typeof loader>();
  const active = staff.filter((one) => one.is_active).length;
  return (
    <Page
      title="Staff"
      context={`${plural(active, "person", "people")} may log in here.`}
      tabs={settingsTabs(role)}
      actions={
        may(role, "staff.manage") && (
          <LinkButton tone="primary" to="/settings/staff/new">
            Add staff
          </LinkButton>
        )
      }
    >
      <Panel flush>
        <table className="rows">
          <thead>
            <tr>
              <th>Name</th>
              <th className="hidden md:table-cell">E-mail</th>
              <th>Role</th>
              <th className="hidden lg:table-cell">Tenants</th>
              <th className="hidden md:table-cell">Second factor</th>
              <th className="hidden md:table-cell">Last login</th>
            </tr>
          </thead>
          <tbody>
            {staff.map((one) => (
              <tr key={one.id} className={one.is_active ? "" : "text-muted"}>
                <td>
                  <Link to={`/settings/staff/${one.id}`} className="font-[560] hover:underline">
                    {one.name}
                  </Link>{" "}
                  {!one.is_active && <Badge>Deactivated</Badge>}
                </td>
                <td className="hidden md:table-cell">{one.email}</td>
                <td>{ROLE_LABELS[one.role]}</td>
                <td className="hidden max-w-[320px] truncate lg:table-cell">
                  {SEES_ALL_TENANTS.has(one.role) ? "All" : one.tenants.join(", ") || "None"}
                </td>
                <td className="hidden md:table-cell">{one.mfa ? <Badge tone="ok">On</Badge> : <Badge>Off</Badge>}</td>
                <td className="hidden md:table-cell">
                  {one.last_login_at ? <Ago at={one.last_login_at} /> : <span className="text-muted">never</span>}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Panel>
    </Page>
  );
}
