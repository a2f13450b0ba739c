import { Form as GetForm, useLoaderData } from "@remix-run/react";
import { protectedAction, protectedLoader } from "~/access/page.server.ts";
import { may } from "~/access/policy.ts";
import { classFacts } from "~/domains/academics/class-facts.server.ts";
import { gradeBook } from "~/domains/academics/grades/book.server.ts";
import { saveGradeBook } from "~/domains/academics/grades/save-book.server.ts";
import { semestersOf } from "~/domains/academics/semesters.server.ts";
import { classResults } from "~/domains/exams/results/class-results.server.ts";
import { plural } from "~/platform/format.ts";
import { Empty } from "~/ui/feedback/empty.tsx";
import { Button } from "~/ui/form/form.tsx";
import { LinkButton } from "~/ui/form/link-button.tsx";
import { Page } from "~/ui/layout/page.tsx";
import { Panel } from "~/ui/layout/panel.tsx";
import { changedGrades } from "./gradebook-cells.ts";
import { GradeBookGrid } from "./gradebook-grid.tsx";
import { examColumns, withNewColumn } from "./gradebook-columns.ts";
import { classCrumbs } from "./class-crumbs.ts";

export const handle = classCrumbs("Grade book");
export const meta = ({ data }: { data?: { class: { name: string } } }) => [
  { title: `Grade book of ${data?.class.name ?? "class"} · Invigil` },
];

export const loader = protectedLoader("platform.read", async ({ ctx, params, url }) => {
  const id = params["id"] ?? "";
  const asked = (name: string) => url.searchParams.get(name) || undefined;
  const { class: found } = await classFacts({ ctx, input: { id } });
  const semesters = await semestersOf({ ctx, input: { collegeId: found.college_id } });
  const semesterId = asked("semester") ?? semesters[0]?.id;
  const book = await gradeBook({
    ctx,
    input: { classId: id, collegeId: found.college_id, subjectId: asked("subject"), semesterId },
  });
  const results = book.subjectId ? await classResults({ ctx, input: { classId: id, subjectId: book.subjectId } }) : [];
  const today = ctx.clock.now().toISOString().slice(0, 10);
  return {
    class: { id, name: found.name },
    semesters,
    semesterId: semesterId ?? "",
    ...book,
    columns: withNewColumn(book.columns, { component: asked("column") ?? "", date: asked("date") ?? today }),
    exams: examColumns(results),
    today,
    manage: may(ctx.actor.role, "platform.manage"),
  };
});

export const action = protectedAction("platform.manage", async ({ ctx, form, params }) => {
  const cells = changedGrades(form.values());
  if (cells.length === 0) return { message: "Nothing was changed." };
  const { saved } = await saveGradeBook({
    ctx,
    input: { classId: params["id"] ?? "", subjectId: form.get("subject"), semesterId: form.get("semester"), cells },
  });
  return { message: `${plural(saved, "grade")} saved.` };
});

export default function GradeBook() {
  const data = useLoaderData<typeof loader>();
  const { class: one, subjects, subjectId, semesters, semesterId, columns, students, exams, today, manage } = data;
  const whole = subjects.length > 0 && semesters.length > 0;
  return (
    <Page
      title={`Grade book of ${one.name}`}
      context="A column for each test or piece of work. Published exams stand beside them, on the same scale."
      actions={
        <>
          <GetForm method="get" className="flex flex-wrap items-center gap-2">
            <select key={subjectId} className="input !w-auto" name="subject" defaultValue={subjectId} aria-label="Subject">
              {subjects.map((subject) => (
                <option key={subject.id} value={subject.id}>
                  {subject.name}
                </option>
              ))}
            </select>
            <select key={semesterId} className="input !w-auto" name="semester" defaultValue={semesterId} aria-label="Semester">
              {semesters.map((semester) => (
                <option key={semester.id} value={semester.id}>
                  {semester.name}
                </option>
              ))}
            </select>
            <Button type="submit">Show</Button>
          </GetForm>
          <LinkButton to={`/academics/classes/${one.id}/summary?semester=${semesterId}`}>Summary</LinkButton>
        </>
      }
    >
      {manage && whole && students.length > 0 && (
        <GetForm method="get" className="flex flex-wrap items-center gap-2">
          <input type="hidden" name="subject" value={subjectId} />
          <input type="hidden" name="semester" value={semesterId} />
          <input
            className="input !w-[180px]"
            name="column"
            placeholder="Quiz 1"
            maxLength={60}
            required
            aria-label="New column"
          />
          <input className="input !w-auto" type="date" name="date" defaultValue={today} required aria-label="Its day" />
          <Button type="submit">Add column</Button>
        </GetForm>
      )}
      {!whole || students.length === 0 ? (
        <Panel>
          <Empty title={whole ? "No students in this class" : "Nothing to grade yet"}>
            {whole ? "Enroll students first." : "A grade needs a subject and a semester. Create them in Academics."}
          </Empty>
        </Panel>
      ) : (
        <GradeBookGrid
          key={JSON.stringify([subjectId, semesterId, students.map((row) => row.grades.map((grade) => grade.version))])}
          {...{ columns, exams, students, subjectId, semesterId, manage }}
        />
      )}
    </Page>
  );
}
