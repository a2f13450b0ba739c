import { Form, useLoaderData } from "@remix-run/react";
import { protectedLoader } from "~/access/page.server.ts";
import { classFacts } from "~/domains/academics/class-facts.server.ts";
import { gradeSummary } from "~/domains/academics/grades/summary.server.ts";
import { semestersOf } from "~/domains/academics/semesters.server.ts";
import { count, decimal } from "~/platform/format.ts";
import { Empty } from "~/ui/feedback/empty.tsx";
import { Button } from "~/ui/form/form.tsx";
import { LinkButton } from "~/ui/form/link-button.tsx";
import { Page } from "~/ui/layout/page.tsx";
import { Panel } from "~/ui/layout/panel.tsx";
import { StudentAverages } from "./student-averages.tsx";
import { classCrumbs } from "./class-crumbs.ts";

export const handle = classCrumbs("Grade summary");
export const meta = () => [{ title: "Grade summary · Invigil" }];

export const loader = protectedLoader("platform.read", async ({ ctx, params, url }) => {
  const id = params["id"] ?? "";
  const { class: found } = await classFacts({ ctx, input: { id } });
  const semester = url.searchParams.get("semester") ?? "";
  return {
    class: { id, name: found.name },
    semester,
    semesters: await semestersOf({ ctx, input: { collegeId: found.college_id } }),
    ...(await gradeSummary({ ctx, input: { classId: id, semesterId: semester || undefined } })),
  };
});

export default function Summary() {
  const { class: one, semester, semesters, subjects, students } = useLoaderData<typeof loader>();
  const file = (kind: string) => `/academics/classes/${one.id}/summary.${kind}?${new URLSearchParams({ semester }).toString()}`;
  return (
    <Page
      title={`Grade summary: ${one.name}`}
      context="The average of each student in each subject, of 10, and how many grades it is made of."
      actions={
        <>
          <Form method="get" className="flex flex-wrap items-center gap-2">
            <select key={semester} className="input !w-auto" name="semester" defaultValue={semester} aria-label="Semester">
              <option value="">All semesters</option>
              {semesters.map((row) => (
                <option key={row.id} value={row.id}>
                  {row.name}
                </option>
              ))}
            </select>
            <Button type="submit">Show</Button>
          </Form>
          <LinkButton reloadDocument to={file("csv")}>
            CSV
          </LinkButton>
          <LinkButton reloadDocument to={file("pdf")}>
            PDF
          </LinkButton>
        </>
      }
    >
      {subjects.length === 0 ? (
        <Panel>
          <Empty title="No grades yet">The summary fills as grades are entered in the grade book.</Empty>
        </Panel>
      ) : (
        <>
          <Panel title="Subjects" flush>
            <table className="rows">
              <thead>
                <tr>
                  <th>Subject</th>
                  <th className="num">Average</th>
                  <th className="num max-sm:hidden">Lowest</th>
                  <th className="num max-sm:hidden">Highest</th>
                  <th className="num">Students</th>
                  <th className="num">Grades</th>
                </tr>
              </thead>
              <tbody>
                {subjects.map((row) => (
                  <tr key={row.id}>
                    <td className="max-sm:max-w-[120px] max-sm:truncate">{row.name}</td>
                    <td className="num">{decimal(row.average, 2)}</td>
                    <td className="num max-sm:hidden">{decimal(row.lowest, 2)}</td>
                    <td className="num max-sm:hidden">{decimal(row.highest, 2)}</td>
                    <td className="num">{count(row.students)}</td>
                    <td className="num">{count(row.grades)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </Panel>
          <StudentAverages subjects={subjects} students={students} />
        </>
      )}
    </Page>
  );
}
