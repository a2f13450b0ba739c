import { Link, useLoaderData, useSearchParams } from "@remix-run/react";
import { allTenants } from "~/access/ctx.server.ts";
import { protectedLoader } from "~/access/page.server.ts";
import { cannotSit, fixOf, REASONS } from "~/domains/enrollments/cannot-sit.server.ts";
import { count, plural } from "~/platform/format.ts";
import { Badge } from "~/ui/feedback/badge.tsx";
import { Empty } from "~/ui/feedback/empty.tsx";
import { LinkButton } from "~/ui/form/link-button.tsx";
import { Page } from "~/ui/layout/page.tsx";
import { Figure, Figures, Panel } from "~/ui/layout/panel.tsx";
import { Clock } from "~/ui/time/time.tsx";
import { Reasons } from "./reasons.tsx";

export const handle = { crumbs: () => [{ label: "Exams", to: "/exams" }, { label: "Who cannot sit" }] };

export const meta = () => [{ title: "Who cannot sit · Invigil" }];

export const loader = protectedLoader("platform.read", async ({ ctx, url }) => {
  const days = url.searchParams.get("days") === "7" ? 7 : 1;
  const [rows, tenants] = await Promise.all([cannotSit({ ctx, input: { days, limit: 1000 } }), allTenants()]);
  const names = new Map(tenants.map((tenant) => [tenant.id, tenant.name]));
  return {
    days,
    labels: REASONS,
    rows: rows.map((row) => ({ ...row, college: names.get(row.college_id) ?? "", fix: fixOf(row) })),
  };
});

export default function CannotSit() {
  const { rows, labels, days } = useLoaderData<typeof loader>();
  const [params] = useSearchParams();
  const chosen = params.get("reason");
  const shown = chosen ? rows.filter((row) => row.reason === chosen) : rows;
  const students = new Set(rows.map((row) => row.user_id)).size;
  const by = (reason: string) => rows.filter((row) => row.reason === reason).length;
  return (
    <Page
      title={
        rows.length === 0
          ? "Every student can sit."
          : `${plural(students, "student")} cannot sit ${days === 1 ? "today" : "this week"}.`
      }
      context={rows.length >= 1000 ? "The first thousand are shown." : "Across all your tenants, each with its fix."}
      actions={<LinkButton to={days === 1 ? "?days=7" : "?"}>{days === 1 ? "The next 7 days" : "Only today"}</LinkButton>}
    >
      <Figures>
        <Figure label="Unpaid" value={count(by("UNPAID"))} />
        <Figure label="Locked or inactive" value={count(by("LOCKED") + by("INACTIVE"))} />
        <Figure label="Enrollment not active" value={count(by("NOT_ENROLLED"))} />
        <Figure label="College closed, or a clash" value={count(by("TENANT_CLOSED") + by("CLASH"))} />
      </Figures>
      <Panel flush title="By student" aside={<Reasons labels={labels} chosen={chosen} days={days} />}>
        {shown.length === 0 ? (
          <Empty title="Every student can sit">
            Checked: locked and inactive accounts, unpaid and inactive enrollments, clashes, and suspended or expired colleges.
          </Empty>
        ) : (
          <table className="rows">
            <thead>
              <tr>
                <th>Student</th>
                <th>Why</th>
                <th className="max-md:hidden">Exam</th>
                <th className="max-md:hidden">Starts</th>
                <th className="max-lg:hidden">Tenant</th>
                <th>Fix</th>
              </tr>
            </thead>
            <tbody>
              {shown.map((row) => (
                <tr key={`${row.exam_id}${row.user_id}`}>
                  <td>
                    <Link to={`/people/${row.user_id}`} className="font-[560] hover:underline">
                      {row.name}
                    </Link>
                  </td>
                  <td>
                    <Badge tone={row.reason === "UNPAID" || row.reason === "CLASH" ? "warn" : "bad"}>
                      {labels[row.reason].replace(/^Their |^They /, "")}
                    </Badge>
                  </td>
                  <td className="max-w-[220px] truncate max-md:hidden">
                    <Link to={`/exams/${row.exam_id}`} className="hover:underline">
                      {row.exam}
                    </Link>
                  </td>
                  <td className="max-md:hidden">
                    <Clock at={row.start_time} withDay />
                  </td>
                  <td className="text-muted max-lg:hidden">{row.college}</td>
                  <td>
                    <Link to={row.fix.to} className="link">
                      {row.fix.label}
                    </Link>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </Panel>
    </Page>
  );
}
