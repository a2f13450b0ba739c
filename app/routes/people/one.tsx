import { Link, useLoaderData } from "@remix-run/react";
import "~/domains/resources.ts";
import { protectedAction, protectedLoader, redirect } from "~/access/page.server.ts";
import { may } from "~/access/policy.ts";
import { recordAlone } from "~/audit/record.server.ts";
import { cannotSit, fixOf, REASONS } from "~/domains/enrollments/cannot-sit.server.ts";
import { endPersonSessions, lockPerson, unlockPerson } from "~/domains/people/access.server.ts";
import { learningSummary } from "~/domains/learning/person/summary.server.ts";
import { personOverview } from "~/domains/people/person-overview.server.ts";
import { relationLists } from "~/resources/relations.server.ts";
import { Relations } from "~/resources/detail-view.tsx";
import { RemovePanel } from "~/resources/remove-panel.tsx";
import { consequences, remove, restore } from "~/resources/verbs.server.ts";
import { History } from "~/resources/history-view.tsx";
import { history } from "~/resources/history.server.ts";
import { count, plural } from "~/platform/format.ts";
import { Badge } from "~/ui/feedback/badge.tsx";
import { Notice } from "~/ui/feedback/empty.tsx";
import { LinkButton } from "~/ui/form/link-button.tsx";
import { Page } from "~/ui/layout/page.tsx";
import { Figure, Figures, WithAside } from "~/ui/layout/panel.tsx";
import { Ago, Clock } from "~/ui/time/time.tsx";
import { Acts } from "./acts.tsx";
import { LearningPanel } from "./learning-panel.tsx";
import { Attempts } from "./attempts.tsx";
import { Enrollments, ExamsAhead, Payments } from "./lists.tsx";
import { verdict } from "./verdict.ts";

type Shown = { person: { name: string } };

export const handle = {
  crumbs: (data: Shown | undefined) => [{ label: "People", to: "/people" }, { label: data?.person.name ?? "" }],
};

export const meta = ({ data }: { data?: Shown }) => [{ title: `${data?.person.name ?? "Person"} · Invigil` }];

// Shown among the facts above; the rest of what points to a person follows below.
const ABOVE = new Set(["enrollment", "payment", "student_exam_attempt", "exam"]);

export const loader = protectedLoader("platform.read", async ({ ctx, params }) => {
  const id = params["id"] ?? "";
  const matter = await personOverview({ ctx, input: { id } });
  await recordAlone(ctx, { action: "user.view", resource: "user", resourceId: id, collegeId: matter.person.college_id });
  const [past, relations, held, pointing, learning] = await Promise.all([
    history({ ctx, input: { resource: "user", id } }),
    relationLists({ ctx, input: { resource: "user", id } }),
    cannotSit({ ctx, input: { userId: id, days: 7, limit: 20 } }),
    may(ctx.actor.role, "platform.manage") ? consequences({ ctx, input: { resource: "user", id } }) : [],
    learningSummary({ ctx, input: { userId: id } }),
  ]);
  return {
    ...matter,
    past,
    learning,
    pointing,
    held: held.map((row) => ({ ...row, why: REASONS[row.reason], fix: fixOf(row) })),
    relations: relations.filter((relation) => !ABOVE.has(relation.resource.name)),
    role: ctx.actor.role,
    now: ctx.clock.now(),
  };
});

export const action = protectedAction("platform.manage", async ({ ctx, form, params }) => {
  const id = params["id"] ?? "";
  const reason = form.get("reason");
  const intent = form.intent("restore", "remove", "purge", "lock", "unlock", "sessions");
  switch (intent) {
    case "restore":
      await restore({ ctx, input: { resource: "user", id } });
      return { message: "Restored." };
    case "remove":
    case "purge":
      await remove({ ctx, input: { resource: "user", id, reason, purge: intent === "purge" } });
      return redirect("/people");
    case "lock":
      await lockPerson({ ctx, input: { id, hours: form.get("hours"), reason } });
      return { message: "Locked, and their sessions have ended." };
    case "unlock":
      await unlockPerson({ ctx, input: { id, reason } });
      return { message: "Unlocked." };
    case "sessions": {
      const { ended } = await endPersonSessions({ ctx, input: { id, reason } });
      return { message: `${plural(ended, "session")} ended.` };
    }
  }
});

export default function Person() {
  const data = useLoaderData<typeof loader>();
  const { person, enrollments, payments, exams, attempts, past, learning, pointing, held, relations, role, now } = data;
  const state = verdict(data);
  const locked = person.locked_until !== null && new Date(person.locked_until) > new Date(now);
  const manage = may(role, "platform.manage");
  return (
    <Page
      title={person.name}
      badge={<Badge tone={state.tone}>{state.text}</Badge>}
      context={
        <>
          {person.role === "STUDENT" ? "Student" : person.role.toLowerCase()} of {person.college} · {person.email}{" "}
          {person.roll_no && `· ${person.roll_no}`} · last login{" "}
          {person.last_login_at ? <Ago at={person.last_login_at} /> : "never"}
        </>
      }
      actions={
        <>
          <LinkButton to={`/people/${person.id}/data`}>Personal data</LinkButton>
          {manage && !person.deleted_at && !person.erased_at && <LinkButton to={`/data/user/${person.id}/edit`}>Edit</LinkButton>}
        </>
      }
    >
      {held.length > 0 && (
        <Notice tone="bad" title={`Cannot sit ${held.length === 1 ? "an exam" : plural(held.length, "exam")} of the next 7 days`}>
          <ul className="flex flex-col gap-0.5">
            {held.map((row) => (
              <li key={row.exam_id}>
                {row.exam}, <Clock at={row.start_time} withDay />: {row.why.charAt(0).toLowerCase() + row.why.slice(1)}.{" "}
                {row.fix.to !== `/people/${person.id}` && (
                  <Link to={row.fix.to} className="link underline">
                    {row.fix.label}
                  </Link>
                )}
              </li>
            ))}
          </ul>
        </Notice>
      )}
      {locked && (
        <Notice tone="bad" title={`Locked: ${person.locked_reason ?? "no reason given"}`}>
          Until <Clock at={person.locked_until!} withDay />.
        </Notice>
      )}
      <Figures>
        <Figure
          label="Exams ahead"
          value={count(exams.length)}
          note={
            exams[0] ? (
              <>
                {new Date(exams[0].start_time) > new Date(now) ? "next" : "began"} <Ago at={exams[0].start_time} />
              </>
            ) : (
              "none in 14 days"
            )
          }
        />
        <Figure
          label="Active enrollments"
          value={count(enrollments.filter((enrollment) => enrollment.status === "ACTIVE").length)}
          note={plural(enrollments.length, "enrollment")}
        />
        <Figure
          label="Attempts"
          value={count(attempts.length)}
          note={`${attempts.filter((attempt) => attempt.violation_count > 0).length} with signals`}
        />
        <Figure
          label="Open sessions"
          value={count(person.sessions)}
          note={plural(person.failed_login_attempts, "failed login")}
          tone={person.failed_login_attempts >= 5 ? "warn" : undefined}
        />
      </Figures>
      <WithAside
        aside={
          <>
            {manage && !person.deleted_at && !person.erased_at && <Acts locked={locked || !person.is_active} />}
            <History entries={past} />
          </>
        }
      >
        <ExamsAhead exams={exams} />
        <Enrollments enrollments={enrollments} />
        <Payments payments={payments} />
        <Attempts attempts={attempts} />
        <LearningPanel userId={person.id} summary={learning} />
        <Relations relations={relations} of={person.id} />
        {manage && <RemovePanel soft trashed={person.deleted_at !== null} pointing={pointing} />}
      </WithAside>
    </Page>
  );
}
