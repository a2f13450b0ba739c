import { Form, Link, useLoaderData } from "@remix-run/react";
import { protectedLoader } from "~/access/page.server.ts";
import { recordAlone } from "~/audit/record.server.ts";
import { classFacts } from "~/domains/academics/class-facts.server.ts";
import { attendanceReport, gradeReport } from "~/domains/academics/reports.server.ts";
import { csvLine } from "~/resources/csv.ts";
import { count, decimal } from "~/platform/format.ts";
import { Empty } from "~/ui/feedback/empty.tsx";
import { Button } from "~/ui/form/form.tsx";
import { LinkButton } from "~/ui/form/link-button.tsx";
import { Page } from "~/ui/layout/page.tsx";
import { Figure, Figures, Panel } from "~/ui/layout/panel.tsx";

type Shown = { name: string; id: string; title: string };
export const handle = {
  crumbs: (data: Shown | undefined) => [
    { label: "Classes", to: "/academics/classes" },
    { label: data?.name ?? "", to: `/academics/classes/${data?.id ?? ""}` },
    { label: data?.title ?? "" },
  ],
};

type Column = { key: string; label: string; number?: boolean; decimals?: number };

const GRADES: Column[] = [
  { key: "rank", label: "Rank", number: true },
  { key: "name", label: "Student" },
  { key: "roll_no", label: "Roll number" },
  { key: "average", label: "Average", number: true, decimals: 2 },
  { key: "subjects", label: "Subjects", number: true },
  { key: "grades", label: "Grades", number: true },
];

const ATTENDANCE: Column[] = [
  { key: "name", label: "Student" },
  { key: "roll_no", label: "Roll number" },
  { key: "percentage", label: "Present, %", number: true, decimals: 2 },
  { key: "present", label: "Present", number: true },
  { key: "absent", label: "Absent", number: true },
  { key: "late", label: "Late", number: true },
  { key: "excused", label: "Excused", number: true },
  { key: "total", label: "Marks", number: true },
];

export const loader = protectedLoader("platform.read", async ({ ctx, params, url }) => {
  const id = params["id"] ?? "";
  const kind = url.pathname.replace(/\.(data|csv)$/, "").endsWith("attendance") ? "attendance" : "grades";
  const from = url.searchParams.get("from") ?? "";
  const to = url.searchParams.get("to") ?? "";
  const { class: one } = await classFacts({ ctx, input: { id } });
  const rows: Record<string, unknown>[] =
    kind === "grades"
      ? await gradeReport({ ctx, input: { classId: id } })
      : await attendanceReport({ ctx, input: { classId: id, from: from || undefined, to: to || undefined } });
  const columns = kind === "grades" ? GRADES : ATTENDANCE;
  if (url.searchParams.get("format") === "csv") {
    await recordAlone(ctx, {
      action: `report.${kind}.export`,
      resource: "class",
      resourceId: id,
      collegeId: one.college_id,
      details: { rows: rows.length },
    });
    const text =
      csvLine(columns.map((column) => column.label)) +
      rows.map((row) => csvLine(columns.map((column) => row[column.key]))).join("");
    throw new Response(text, {
      headers: { "Content-Type": "text/csv; charset=utf-8", "Content-Disposition": `attachment; filename="${kind}.csv"` },
    });
  }
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
              <input className="input" type="date" name="from" defaultValue={from} aria-label="From" />
              <input className="input" type="date" name="to" defaultValue={to} aria-label="To" />
              <Button type="submit">Show</Button>
            </Form>
          )}
          <LinkButton
            reloadDocument
            to={`/academics/classes/${id}/${kind}?${new URLSearchParams({ format: "csv", from, to }).toString()}`}
          >
            CSV
          </LinkButton>
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
