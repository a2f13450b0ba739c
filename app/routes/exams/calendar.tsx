import { useLoaderData } from "@remix-run/react";
import { zoneOf } from "~/access/cookies.server.ts";
import { protectedLoader } from "~/access/page.server.ts";
import { may } from "~/access/policy.ts";
import { examCalendar } from "~/domains/exams/calendar/exam-calendar.server.ts";
import { currentReadiness } from "~/examday/readiness.server.ts";
import { loadByDay } from "~/observability/load/by-day.server.ts";
import { count, day, plural } from "~/platform/format.ts";
import { dateFormat } from "~/platform/intl.ts";
import { dayIn } from "~/platform/zone.ts";
import { Notice } from "~/ui/feedback/empty.tsx";
import { LinkButton, ViewLink } from "~/ui/form/link-button.tsx";
import { Page } from "~/ui/layout/page.tsx";
import { Panel } from "~/ui/layout/panel.tsx";
import { CalendarGrid } from "./calendar-grid.tsx";
import { calendarSpan } from "./calendar-span.ts";

export const handle = { crumbs: () => [{ label: "Exams", to: "/exams" }, { label: "Calendar" }] };
export const meta = () => [{ title: "Calendar · Exams · Invigil" }];

/** A day of a month shows its first exams; a week shows them all. */
const MOST_IN_MONTH = 5;

export const loader = protectedLoader("exams.read", async ({ ctx, url, request }) => {
  const zone = zoneOf(request);
  const now = ctx.clock.now();
  const span = calendarSpan(url.searchParams, now, zone);
  const { from, to } = span;
  const { role } = ctx.actor;
  const [found, ahead, measured] = await Promise.all([
    examCalendar({ ctx, input: { from, to } }),
    may(role, "readiness.read") && to > now ? currentReadiness({ ctx, input: { zone } }).then(({ days }) => days) : [],
    may(role, "database.read") && from < now ? loadByDay({ ctx, input: { from, to: now < to ? now : to, zone } }) : [],
  ]);
  const days = ahead.map(({ day, peak, verdict }) => ({ day, peak, verdict }));
  return { ...span, ...found, ahead: days, measured, today: dayIn(now, zone), role };
});

export default function Calendar() {
  const { view, at, days, previous, next, exams, more, ahead, measured, today, role } = useLoaderData<typeof loader>();
  const inMonth = `${at.slice(0, 8)}01T12:00:00Z`;
  const name =
    view === "month"
      ? dateFormat("en-GB", { month: "long", year: "numeric" }).format(new Date(inMonth))
      : `week of ${day(new Date(`${days[0]}T12:00:00Z`))}`;
  const other = view === "month" ? "week" : "month";
  const draggable = may(role, "exams.author");
  return (
    <Page
      title={`${plural(exams.length, "exam")}, ${name}`}
      context={
        draggable
          ? "Drag a draft or a scheduled exam to another day; you see what that changes before it is moved."
          : "In your own time zone. Beneath each day: what the database did, or is expected to do."
      }
      actions={<LinkButton to="/exams">As a list</LinkButton>}
    >
      {more && (
        <Notice tone="warn" title={`Only the first ${count(exams.length)} are shown`}>
          Choose one tenant, or look at single weeks.
        </Notice>
      )}
      <Panel flush>
        <nav aria-label="Days of the calendar" className="flex flex-wrap items-center gap-1.5 px-3.5 py-2.5">
          <LinkButton to={`?view=${view}&at=${previous}`} aria-label={`Previous ${view}`}>
            Previous
          </LinkButton>
          <LinkButton to={`?view=${view}`}>Today</LinkButton>
          <LinkButton to={`?view=${view}&at=${next}`} aria-label={`Next ${view}`}>
            Next
          </LinkButton>
          <span className="ml-auto flex gap-1">
            <ViewLink shown={view === "month"} to={`?view=month&at=${at}`}>
              Month
            </ViewLink>
            <ViewLink shown={view === "week"} to={`?view=week&at=${at}`}>
              Week
            </ViewLink>
          </span>
        </nav>
        <CalendarGrid
          days={days}
          month={view === "month" ? at.slice(0, 7) : null}
          today={today}
          exams={exams}
          ahead={ahead}
          measured={measured}
          mayMove={draggable}
          most={view === "month" ? MOST_IN_MONTH : exams.length}
        />
        {exams.length === 0 && (
          <p className="px-3.5 py-3 text-muted">
            No exam begins in this {view}. Look at another, or at the whole {other}.
          </p>
        )}
      </Panel>
    </Page>
  );
}
