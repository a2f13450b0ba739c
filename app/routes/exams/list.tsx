import { Form, Link, useLoaderData, useSearchParams } from "@remix-run/react";
import { protectedLoader } from "~/access/page.server.ts";
import { may } from "~/access/policy.ts";
import { countExams, listExams } from "~/domains/exams/list.server.ts";
import { EXAM_STATUSES, type ExamStatus } from "~/domains/exams/machine.ts";
import { count, day, plural } from "~/platform/format.ts";
import { Empty } from "~/ui/feedback/empty.tsx";
import { LinkButton, ViewLink } from "~/ui/form/link-button.tsx";
import { Page } from "~/ui/layout/page.tsx";
import { Panel } from "~/ui/layout/panel.tsx";
import { Clock, useZone } from "~/ui/time/time.tsx";
import { ExamBadge } from "./state.tsx";

export const handle = { crumbs: () => [{ label: "Exams" }] };
export const meta = () => [{ title: "Exams · Invigil" }];

/** What each view shows, and which way it reads the calendar. */
const VIEWS: Record<string, { label: string; statuses: ExamStatus[]; direction: "later" | "earlier" }> = {
  now: { label: "Live and next", statuses: ["LIVE", "SCHEDULED"], direction: "later" },
  drafts: { label: "Drafts", statuses: ["DRAFT"], direction: "later" },
  marking: { label: "To grade", statuses: ["CLOSED", "GRADED"], direction: "earlier" },
  past: { label: "Published", statuses: ["PUBLISHED"], direction: "earlier" },
  all: { label: "All", statuses: [], direction: "earlier" },
};

export const loader = protectedLoader("exams.read", async ({ ctx, url }) => {
  const view = url.searchParams.get("view") ?? "now";
  const chosen = VIEWS[view] ?? VIEWS["now"]!;
  const status = url.searchParams.get("status") as ExamStatus | null;
  const q = url.searchParams.get("q") ?? "";
  const [list, counts] = await Promise.all([
    listExams({
      ctx,
      input: {
        statuses: q ? [] : status && EXAM_STATUSES.includes(status) ? [status] : chosen.statuses,
        q,
        direction: q ? "earlier" : chosen.direction,
        cursor: url.searchParams.get("cursor") ?? undefined,
      },
    }),
    countExams({ ctx, input: {} }),
  ]);
  return { ...list, counts, view: q ? "search" : view in VIEWS ? view : "now", q, role: ctx.actor.role, now: ctx.clock.now() };
});

export default function Exams() {
  const { exams, next, counts, view, q, role } = useLoaderData<typeof loader>();
  const zone = useZone();
  const [params] = useSearchParams();
  const live = counts.LIVE ?? 0;
  const scheduled = counts.SCHEDULED ?? 0;
  const more = new URLSearchParams(params);
  if (next) more.set("cursor", next);
  const dates = exams.map((exam) => day(new Date(exam.start_time), zone));
  return (
    <Page
      title={live > 0 ? `${plural(live, "exam is", "exams are")} live` : "No exam is live"}
      context={`${count(scheduled)} scheduled, ${count(counts.DRAFT ?? 0)} in draft, ${count((counts.CLOSED ?? 0) + (counts.GRADED ?? 0))} to grade or publish.`}
      actions={
        <>
          <LinkButton to="/exams/calendar">Calendar</LinkButton>
          {may(role, "exams.author") && (
            <LinkButton tone="primary" to="/exams/new">
              New exam
            </LinkButton>
          )}
        </>
      }
    >
      <Panel flush>
        <div className="flex flex-wrap items-center gap-2 px-3.5 py-2.5">
          <Form method="get" role="search" className="w-full sm:w-64">
            <label className="sr-only" htmlFor="exam-q">
              Search exams by title
            </label>
            <input
              id="exam-q"
              name="q"
              defaultValue={q}
              placeholder="Search exams by title…"
              className="input"
              data-page-search
              type="search"
            />
          </Form>
          <nav aria-label="Filter exams" className="flex flex-wrap gap-1">
            {Object.entries(VIEWS).map(([name, one]) => (
              <ViewLink key={name} to={`?view=${name}`} shown={view === name}>
                {one.label}
              </ViewLink>
            ))}
          </nav>
        </div>
        {exams.length === 0 ? (
          <Empty title={q ? `No exam matches “${q}”` : "No exams"}>
            {q ? "Search matches titles. Try a shorter word." : "Exams appear here once they are created and scheduled."}
          </Empty>
        ) : (
          <table className="rows">
            <thead>
              <tr>
                <th>Starts</th>
                <th>Exam</th>
                <th className="hidden lg:table-cell">Tenant</th>
                <th className="hidden md:table-cell">Class</th>
                <th className="num hidden sm:table-cell">Minutes</th>
                <th className="num max-sm:hidden">Students</th>
                <th>State</th>
              </tr>
            </thead>
            <tbody>
              {exams.map((exam, index) => {
                const date = dates[index];
                const isNew = date !== dates[index - 1];
                return (
                  <tr key={exam.id}>
                    <td className="whitespace-nowrap">
                      <span
                        className={`w-[76px] max-sm:block sm:inline-block ${isNew ? "font-[560]" : "invisible max-sm:hidden"}`}
                      >
                        {date}
                      </span>{" "}
                      <Clock at={exam.start_time} />
                    </td>
                    <td className="max-w-[320px] max-sm:max-w-[150px]">
                      <Link
                        to={`/exams/${exam.id}${exam.status === "LIVE" ? "/live" : ""}`}
                        className="block truncate font-[560] hover:underline"
                      >
                        {exam.title}
                      </Link>
                    </td>
                    <td className="hidden max-w-[200px] truncate lg:table-cell">{exam.college}</td>
                    <td className="hidden max-w-[180px] truncate md:table-cell">{exam.class_name}</td>
                    <td className="num hidden sm:table-cell">{exam.duration_minutes}</td>
                    <td className="num max-sm:hidden">
                      {exam.status === "LIVE"
                        ? `${count(exam.writing)} of ${count(exam.students)}`
                        : count(exam.started > 0 ? exam.started : exam.students)}
                    </td>
                    <td>
                      <ExamBadge status={exam.status} />
                    </td>
                  </tr>
                );
              })}
            </tbody>
          </table>
        )}
        {next && (
          <div className="border-t px-3.5 py-2.5">
            <Link to={`?${more.toString()}`} className="link">
              Next 50
            </Link>
          </div>
        )}
      </Panel>
    </Page>
  );
}
