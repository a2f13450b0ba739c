import { Link, useLoaderData } from "@remix-run/react";
import "~/domains/resources.ts";
import { protectedLoader } from "~/access/page.server.ts";
import { may } from "~/access/policy.ts";
import { classFacts } from "~/domains/academics/class-facts.server.ts";
import { State } from "~/resources/cell.tsx";
import { count, plural } from "~/platform/format.ts";
import { Empty } from "~/ui/feedback/empty.tsx";
import { LinkButton } from "~/ui/form/link-button.tsx";
import { Page } from "~/ui/layout/page.tsx";
import { Figure, Figures, Panel, WithAside } from "~/ui/layout/panel.tsx";
import { Clock } from "~/ui/time/time.tsx";

type Shown = { class: { name: string } };
export const handle = {
  crumbs: (data: Shown | undefined) => [{ label: "Classes", to: "/academics/classes" }, { label: data?.class.name ?? "" }],
};
export const meta = ({ data }: { data?: Shown }) => [{ title: `${data?.class.name ?? "Class"} · Invigil` }];

export const loader = protectedLoader("platform.read", async ({ ctx, params }) => ({
  ...(await classFacts({ ctx, input: { id: params["id"] ?? "" } })),
  role: ctx.actor.role,
}));

export default function ClassPage() {
  const { class: one, roster, teachers, exams, role } = useLoaderData<typeof loader>();
  const active = roster.filter((row) => row.status === "ACTIVE");
  const manage = may(role, "platform.manage");
  return (
    <Page
      title={one.name}
      badge={<State value={one.status} />}
      context={`${one.college} · ${one.academic_year}${one.grade ? ` · grade ${one.grade}` : ""}${one.section ? `, section ${one.section}` : ""}`}
      actions={
        <>
          <LinkButton to={`/academics/classes/${one.id}/register`}>Register</LinkButton>
          <LinkButton to={`/academics/classes/${one.id}/gradebook`}>Grade book</LinkButton>
          <LinkButton to={`/academics/classes/${one.id}/grades`}>Grade report</LinkButton>
          <LinkButton to={`/academics/classes/${one.id}/attendance`}>Attendance report</LinkButton>
          {manage && (
            <>
              <LinkButton to={`/data/class/${one.id}/edit`}>Edit</LinkButton>
              <LinkButton tone="primary" to={`/enrollments/new?class=${one.id}`}>
                Enroll
              </LinkButton>
            </>
          )}
        </>
      }
    >
      <Figures>
        <Figure
          label="Students"
          value={count(active.length)}
          unit={one.capacity !== null ? `of ${count(one.capacity)} places` : undefined}
          tone={one.capacity !== null && active.length >= one.capacity ? "warn" : undefined}
        />
        <Figure label="Unpaid" value={count(active.filter((row) => row.payment_status !== "COMPLETED").length)} />
        <Figure label="Dropped" value={count(roster.filter((row) => row.status === "DROPPED").length)} />
        <Figure label="Exams" value={count(exams.length)} />
      </Figures>
      <WithAside
        aside={
          <>
            <Panel title="Teachers">
              {teachers.length === 0 ? (
                <p className="text-muted">No teacher is assigned.</p>
              ) : (
                <ul className="flex flex-col gap-1">
                  {teachers.map((teacher) => (
                    <li key={`${teacher.id}${teacher.subject ?? ""}`}>
                      <Link to={`/people/${teacher.id}`} className="font-[560] hover:underline">
                        {teacher.name}
                      </Link>{" "}
                      <span className="text-muted">{teacher.subject}</span>
                    </li>
                  ))}
                </ul>
              )}
            </Panel>
            <Panel title="Exams" flush={exams.length > 0}>
              {exams.length === 0 && <p className="text-muted">No subjects are set for this class.</p>}
              <table className="rows">
                <tbody>
                  {exams.map((exam) => (
                    <tr key={exam.id}>
                      <td className="max-w-[160px] truncate">
                        <Link to={`/exams/${exam.id}`} className="hover:underline">
                          {exam.title}
                        </Link>
                      </td>
                      <td className="num">
                        <Clock at={exam.start_time} withDay />
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </Panel>
          </>
        }
      >
        <Panel
          title="Roster"
          flush
          aside={
            <Link className="link" to={`/data/enrollment?f.class=${one.id}`}>
              as a list
            </Link>
          }
        >
          {roster.length === 0 ? (
            <Empty
              title="No students enrolled yet"
              action={
                manage && (
                  <LinkButton to={`/imports/new?resource=enrollment&collegeId=${one.college_id}`}>Import enrollments</LinkButton>
                )
              }
            >
              Enroll students one by one, or import a CSV file with students and classes.
            </Empty>
          ) : (
            <table className="rows">
              <thead>
                <tr>
                  <th>Student</th>
                  <th className="max-sm:hidden">Roll number</th>
                  <th>State</th>
                  <th>Payment</th>
                </tr>
              </thead>
              <tbody>
                {roster.map((row) => (
                  <tr key={row.id}>
                    <td>
                      <Link to={`/people/${row.user_id}`} className="font-[560] hover:underline">
                        {row.name}
                      </Link>
                    </td>
                    <td className="mono max-sm:hidden">{row.roll_no}</td>
                    <td>
                      <Link to={`/enrollments/${row.id}`}>
                        <State value={row.status} />
                      </Link>
                    </td>
                    <td>
                      <State value={row.payment_status} />
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          )}
        </Panel>
      </WithAside>
      <p className="text-[12px] text-muted">{plural(roster.length, "enrollment")} in all states.</p>
    </Page>
  );
}
