import { Form, Link, useLoaderData } from "@remix-run/react";
import { protectedLoader } from "~/access/page.server.ts";
import { classFacts } from "~/domains/academics/class-facts.server.ts";
import { attendanceReport, gradeReport } from "~/domains/academics/reports.server.ts";
import { count, decimal } from "~/platform/format.ts";
import { Empty } from "~/ui/feedback/empty.tsx";
import { Button } from "~/ui/form/form.tsx";
import { LinkButton } from "~/ui/form/link-button.tsx";
import { Page } from "~/ui/layout/page.tsx";
import { Figure, Figures, Panel } from "~/ui/layout/panel.tsx";
import { ATTENDANCE, GRADES } from "./report-columns.ts";

type Shown = { name: string; id: string; title: string };
export const handle = {
  crumbs: (data: Shown | undefined) => [
    { label: "Classes", to: "/academics/classes" },
    { label: data?.name ?? "", to: `/academics/classes/${data?.id ?? ""}` },
    { label: data?.title ?? "" },
  ],
};

export const loader = protectedLoader("platform.read", async ({ ctx, params, url }) => {
  const id = params["id"] ?? "";
  const kind = url.pathname.replace(/\.data$/, "").endsWith("attendance") ? "attendance" : "grades";
  const from = url.searchParams.get("from") ?? "";
  const to = url.searchParams.get("to") ?? "";
  const { class: one } = await classFacts({ ctx, input: { id } });
  const rows: Record<string, unknown>[] =
    kind === "grades"
      ? await gradeReport({ ctx, input: { classId: id } })
      : await attendanceReport({ ctx, input: { classId: id, from: from || undefined, to: to || undefined } });
  const columns = kind === "grades" ? GRADES : ATTENDANCE;
  return { id, name: one.name, title: kind === "grades" ? "Grade report" : "Attendance report", kind, columns, rows, from, to };
});

export default function Report() {
  const { id, name, title, kind, columns, rows, from, to } = useLoaderData<typeof loader>();
  const key = kind === "grades" ? "average" : "percentage";
  const values = rows.map((row) => Number(row[key]));
  const mean = values.length > 0 ? values.reduce((a, b) => a + b, 0) / values.length : null;
  return (
    <Page
      title={`${title}: ${name}`}
      context={
        kind === "grades"
          ? "The average of each student's subject averages, and the rank by it. Ties share a rank."
          : "Share of sessions attended, in percent. The most absent come first."
      }
      actions={
        <>
          {kind === "attendance" && (
            <Form method="get" className="flex flex-wrap items-center gap-2">
              <input className="input !w-auto" type="date" name="from" defaultValue={from} aria-label="From" />
              <input className="input !w-auto" type="date" name="to" defaultValue={to} aria-label="To" />
              <Button type="submit">Show</Button>
            </Form>
          )}
          <LinkButton reloadDocument to={`/academics/classes/${id}/${kind}.csv?${new URLSearchParams({ from, to }).toString()}`}>
            CSV
          </LinkButton>
          {kind === "attendance" && (
            <LinkButton
              reloadDocument
              to={`/academics/classes/${id}/attendance.pdf?${new URLSearchParams({ from, to }).toString()}`}
            >
              PDF
            </LinkButton>
          )}
        </>
      }
    >
      <Figures>
        <Figure label="Students" value={count(rows.length)} />
        <Figure
          label={kind === "grades" ? "Class average" : "Average attendance"}
          value={mean === null ? "–" : decimal(mean, 2)}
          unit={kind === "grades" ? "of 10" : "%"}
        />
        <Figure label="Highest" value={values.length > 0 ? decimal(Math.max(...values), 2) : "–"} />
        <Figure label="Lowest" value={values.length > 0 ? decimal(Math.min(...values), 2) : "–"} />
      </Figures>
      <Panel flush>
        {rows.length === 0 ? (
          <Empty title={kind === "grades" ? "No grades yet" : "No attendance yet"}>
            The report fills as marks are recorded for this class.
          </Empty>
        ) : (
          <table className="rows">
            <thead>
              <tr>
                {columns.map((column, index) => (
                  <th key={column.key} className={`${column.number ? "num" : ""} ${index > 3 ? "max-sm:hidden" : ""}`}>
                    {column.label}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <tr key={String(row["id"])}>
                  {columns.map((column, index) => (
                    <td key={column.key} className={`${column.number ? "num" : ""} ${index > 3 ? "max-sm:hidden" : ""}`}>
                      {column.key === "name" ? (
                        <Link to={`/people/${String(row["id"])}`} className="font-[560] hover:underline">
                          {String(row["name"])}
                        </Link>
                      ) : column.decimals ? (
                        decimal(Number(row[column.key]), column.decimals)
                      ) : (
                        String(row[column.key] ?? "–")
                      )}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </Panel>
    </Page>
  );
}
