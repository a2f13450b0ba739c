import { Form, useLoaderData } from "@remix-run/react";
import { protectedLoader } from "~/access/page.server.ts";
import { attendanceByGrade } from "~/domains/academics/attendance/by-grade.server.ts";
import { count, decimal } from "~/platform/format.ts";
import { Empty } from "~/ui/feedback/empty.tsx";
import { Button } from "~/ui/form/form.tsx";
import { Page } from "~/ui/layout/page.tsx";
import { Figure, Figures, Panel } from "~/ui/layout/panel.tsx";
import { areaTabs } from "../nav.ts";

export const handle = {
  crumbs: () => [{ label: "Academics", to: "/academics/classes" }, { label: "Attendance statistics" }],
};
export const meta = () => [{ title: "Attendance statistics · Invigil" }];

const DAYS = 30;

export const loader = protectedLoader("platform.read", async ({ ctx, url }) => {
  const now = ctx.clock.now().getTime();
  const day = (at: number) => new Date(at).toISOString().slice(0, 10);
  const from = url.searchParams.get("from") || day(now - DAYS * 86_400_000);
  const to = url.searchParams.get("to") || day(now);
  return { from, to, role: ctx.actor.role, rows: await attendanceByGrade({ ctx, input: { from, to } }) };
});

export default function AttendanceStatistics() {
  const { from, to, rows, role } = useLoaderData<typeof loader>();
  const marks = rows.reduce((sum, row) => sum + row.total, 0);
  const present = rows.reduce((sum, row) => sum + row.present, 0);
  const several = new Set(rows.map((row) => row.college_id)).size > 1;
  return (
    <Page
      title="Attendance by grade and section"
      context="The share of all marks between two days that say present, in percent."
      tabs={areaTabs("academics", role)}
      actions={
        <Form method="get" className="flex flex-wrap items-center gap-2">
          <input key={from} className="input !w-auto" type="date" name="from" defaultValue={from} aria-label="From" />
          <input key={`to${to}`} className="input !w-auto" type="date" name="to" defaultValue={to} aria-label="To" />
          <Button type="submit">Show</Button>
        </Form>
      }
    >
      <Figures>
        <Figure label="Attendance" value={marks > 0 ? decimal((present * 100) / marks, 2) : "–"} unit="%" />
        <Figure label="Marks" value={count(marks)} />
        <Figure label="Absent" value={count(rows.reduce((sum, row) => sum + row.absent, 0))} />
        <Figure label="Late" value={count(rows.reduce((sum, row) => sum + row.late, 0))} />
      </Figures>
      <Panel flush>
        {rows.length === 0 ? (
          <Empty title="No attendance on these days">Choose other days, or take the register of a class.</Empty>
        ) : (
          <table className="rows">
            <thead>
              <tr>
                {several && <th>Tenant</th>}
                <th>Grade</th>
                <th>Section</th>
                <th className="num">Present, %</th>
                <th className="num max-sm:hidden">Students</th>
                <th className="num max-md:hidden">Present</th>
                <th className="num max-md:hidden">Absent</th>
                <th className="num max-md:hidden">Late</th>
                <th className="num max-md:hidden">Excused</th>
                <th className="num max-sm:hidden">Marks</th>
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <tr key={`${row.college_id} ${row.grade} ${row.section}`}>
                  {several && <td className="max-sm:max-w-[120px] max-sm:truncate">{row.college}</td>}
                  <td>{row.grade || "–"}</td>
                  <td>{row.section || "–"}</td>
                  <td className="num">{decimal(row.percentage, 2)}</td>
                  <td className="num max-sm:hidden">{count(row.students)}</td>
                  <td className="num max-md:hidden">{count(row.present)}</td>
                  <td className="num max-md:hidden">{count(row.absent)}</td>
                  <td className="num max-md:hidden">{count(row.late)}</td>
                  <td className="num max-md:hidden">{count(row.excused)}</td>
                  <td className="num max-sm:hidden">{count(row.total)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </Panel>
    </Page>
  );
}
