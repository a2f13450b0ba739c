import { useLoaderData } from "@remix-run/react";
import { protectedAction, protectedLoader } from "~/access/page.server.ts";
import { may } from "~/access/policy.ts";
import { recordAlone } from "~/audit/record.server.ts";
import { issueCertificate } from "~/domains/learning/certificates/issue.server.ts";
import { learnerCourses, learnerSessions } from "~/domains/learning/person/courses.server.ts";
import { learningSummary } from "~/domains/learning/person/summary.server.ts";
import { answerWord } from "~/domains/learning/vocabulary/answer-word.server.ts";
import { dueWords, recommendedWords } from "~/domains/learning/vocabulary/words.server.ts";
import { personOverview } from "~/domains/people/person-overview.server.ts";
import { count, day, decimal, plural, seconds } from "~/platform/format.ts";
import { LinkButton } from "~/ui/form/link-button.tsx";
import { Page } from "~/ui/layout/page.tsx";
import { Figure, Figures, WithAside } from "~/ui/layout/panel.tsx";
import { Ago } from "~/ui/time/time.tsx";
import { Courses, Sessions } from "./learner-courses.tsx";
import { DueWords, RecommendedWords } from "./learner-words.tsx";

type Shown = { person: { id: string; name: string } };
export const handle = {
  crumbs: (data: Shown | undefined) => [
    { label: "People", to: "/people" },
    { label: data?.person.name ?? "", to: `/people/${data?.person.id ?? ""}` },
    { label: "Learning" },
  ],
};
export const meta = ({ data }: { data?: Shown }) => [{ title: `Learning of ${data?.person.name ?? "a person"} · Invigil` }];

export const loader = protectedLoader("platform.read", async ({ ctx, params }) => {
  const userId = params["id"] ?? "";
  const { person } = await personOverview({ ctx, input: { id: userId } });
  await recordAlone(ctx, { action: "user.view_learning", resource: "user", resourceId: userId, collegeId: person.college_id });
  const [summary, courses, sessions, due, recommended] = await Promise.all([
    learningSummary({ ctx, input: { userId } }),
    learnerCourses({ ctx, input: { userId } }),
    learnerSessions({ ctx, input: { userId } }),
    dueWords({ ctx, input: { userId } }),
    recommendedWords({ ctx, input: { userId } }),
  ]);
  return { person, summary: summary!, courses, sessions, due, recommended, role: ctx.actor.role };
});

export const action = protectedAction("platform.manage", async ({ ctx, form, params }) => {
  const userId = params["id"] ?? "";
  if (form.intent("answer", "certificate") === "certificate") {
    const { number } = await issueCertificate({ ctx, input: { userId, courseId: form.get("courseId") } });
    return { message: `Certificate ${number} is issued.` };
  }
  const { word, dueAt } = await answerWord({
    ctx,
    input: { userId, vocabularyId: form.get("vocabularyId"), rating: form.get("rating") as "GOOD" },
  });
  return { message: `The next review of “${word}” is on ${day(dueAt)}.` };
});

export default function Learning() {
  const { person, summary, courses, sessions, due, recommended, role } = useLoaderData<typeof loader>();
  const manage = may(role, "platform.manage") && !person.deleted_at;
  return (
    <Page
      title={`Learning: ${person.name}`}
      context={
        <>
          {person.college} · last activity {summary.last_activity ? <Ago at={summary.last_activity} /> : "never"}
        </>
      }
      actions={<LinkButton to={`/people/${person.id}`}>Person</LinkButton>}
    >
      <Figures>
        <Figure
          label="Average progress"
          value={summary.average_progress === null ? "–" : decimal(summary.average_progress, 0)}
          unit={summary.average_progress === null ? undefined : "%"}
          note={`${count(summary.courses_completed)} of ${plural(summary.courses, "course")} completed`}
        />
        <Figure
          label="Streak"
          value={count(summary.streak)}
          unit={summary.streak === 1 ? "day" : "days"}
          note={`${summary.active_days} of the last 30 days active`}
        />
        <Figure
          label="Words mastered"
          value={count(summary.words_mastered)}
          unit={`of ${count(summary.words)}`}
          note={summary.average_mastery === null ? "none answered yet" : `average mastery ${decimal(summary.average_mastery, 2)}`}
        />
        <Figure
          label="Time spent"
          value={seconds(summary.seconds)}
          note={`${count(summary.stories_completed)} of ${plural(summary.stories, "story", "stories")} finished`}
        />
      </Figures>
      <WithAside aside={<RecommendedWords words={recommended} />}>
        <Courses courses={courses} manage={manage} />
        <DueWords words={due} manage={manage} />
        <Sessions sessions={sessions} />
      </WithAside>
    </Page>
  );
}
