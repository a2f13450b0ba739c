import { Link, useLoaderData } from "@remix-run/react";
import { protectedAction, protectedLoader } from "~/access/page.server.ts";
import { may } from "~/access/policy.ts";
import { countCourse } from "~/domains/learning/analytics/count-courses.server.ts";
import { courseReport } from "~/domains/learning/analytics/course-report.server.ts";
import { count, money } from "~/platform/format.ts";
import { Badge } from "~/ui/feedback/badge.tsx";
import { Empty } from "~/ui/feedback/empty.tsx";
import { Form, Submit } from "~/ui/form/form.tsx";
import { LinkButton } from "~/ui/form/link-button.tsx";
import { Page } from "~/ui/layout/page.tsx";
import { Figure, Figures, Panel, WithAside } from "~/ui/layout/panel.tsx";
import { Ago } from "~/ui/time/time.tsx";
import { DropOff } from "./drop-off.tsx";

type Shown = { course: { title: string } };
export const handle = {
  crumbs: (data: Shown | undefined) => [{ label: "Courses", to: "/learning/courses" }, { label: data?.course.title ?? "" }],
};
export const meta = ({ data }: { data?: Shown }) => [{ title: `${data?.course.title ?? "Course"} · Invigil` }];

export const loader = protectedLoader("platform.read", async ({ ctx, params }) => ({
  ...(await courseReport({ ctx, input: { id: params["id"] ?? "" } })),
  role: ctx.actor.role,
}));

export const action = protectedAction("platform.manage", async ({ ctx, form, params }) => {
  form.intent("count");
  await countCourse({ ctx, input: { id: params["id"] ?? "" } });
  return { message: "Counted just now." };
});

export default function CoursePage() {
  const { course, lessons, inactive, role } = useLoaderData<typeof loader>();
  const known = course.counted_at !== null;
  return (
    <Page
      title={course.title}
      badge={<Badge tone={course.published ? "ok" : "neutral"}>{course.published ? "Published" : "Not published"}</Badge>}
      context={
        <>
          {course.college} ·{" "}
          {course.counted_at ? (
            <>
              counted <Ago at={course.counted_at} />
            </>
          ) : (
            "not counted yet"
          )}
        </>
      }
      actions={
        <>
          <LinkButton to={`/data/course/${course.id}`}>Open record</LinkButton>
          <LinkButton to={`/data/course_progress?f.course=${course.id}`}>Learners</LinkButton>
          {may(role, "platform.manage") && (
            <Form intent="count" className="flex">
              <Submit tone="plain" busy="Counting…">
                Count now
              </Submit>
            </Form>
          )}
        </>
      }
    >
      {!known ? (
        <Panel>
          <Empty title="Not counted yet">Courses are counted every night at 01:50 UTC. Count now to see the figures.</Empty>
        </Panel>
      ) : (
        <>
          <Figures>
            <Figure label="Enrolled" value={count(course.enrolled!)} note={`${count(course.active!)} active in 30 days`} />
            <Figure label="Completed" value={count(course.completed!)} note={`${course.completion_rate} % of the enrolled`} />
            <Figure label="Average progress" value={course.average_progress} unit="%" note="who has not begun counts as 0" />
            <Figure
              label="Inactive"
              value={count(course.inactive!)}
              note="begun, and not seen for 30 days"
              tone={course.inactive! > course.active! ? "warn" : undefined}
            />
          </Figures>
          <WithAside
            aside={
              <>
                <Panel title="Revenue" aside="completed payments">
                  {course.revenue.length === 0 ? (
                    <p className="text-muted">Nothing came in yet.</p>
                  ) : (
                    <ul className="flex flex-col gap-1 tabular-nums">
                      {course.revenue.map((row) => (
                        <li key={row.currency}>{money(row.minor, row.currency)}</li>
                      ))}
                    </ul>
                  )}
                </Panel>
                <Inactive students={inactive} />
              </>
            }
          >
            <DropOff lessons={lessons} />
          </WithAside>
        </>
      )}
    </Page>
  );
}

function Inactive({
  students,
}: {
  students: { id: string; name: string; progress_percent: number; last_accessed_at: string | Date }[];
}) {
  return (
    <Panel title="Inactive for 30 days" flush={students.length > 0}>
      {students.length === 0 ? (
        <p className="text-muted">Everyone who has begun was here within 30 days, or is done.</p>
      ) : (
        <table className="rows">
          <tbody>
            {students.map((student) => (
              <tr key={student.id}>
                <td>
                  <Link className="hover:underline" to={`/people/${student.id}/learning`}>
                    {student.name}
                  </Link>
                </td>
                <td className="num">{student.progress_percent} %</td>
                <td className="num text-muted">
                  <Ago at={student.last_accessed_at} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Panel>
  );
}
