import { useLoaderData } from "@remix-run/react";
import { protectedLoader } from "~/access/page.server.ts";
import { learningActivity } from "~/domains/learning/analytics/activity.server.ts";
import { count, decimal } from "~/platform/format.ts";
import { Chart, type Point } from "~/ui/chart/chart.tsx";
import { Empty } from "~/ui/feedback/empty.tsx";
import { Page } from "~/ui/layout/page.tsx";
import { Figure, Figures, Panel } from "~/ui/layout/panel.tsx";
import { areaTabs } from "../nav.ts";

export const handle = { crumbs: () => [{ label: "Courses", to: "/learning/courses" }, { label: "Activity" }] };
export const meta = () => [{ title: "Learning by day · Invigil" }];

export const loader = protectedLoader("platform.read", async ({ ctx }) => ({
  ...(await learningActivity({ ctx, input: { days: 30 } })),
  role: ctx.actor.role,
}));

export default function Activity() {
  const { since, until, days, reached, role } = useLoaderData<typeof loader>();
  const at = (day: string) => Date.parse(`${day}T12:00:00Z`);
  const data = days.map((row): Point => ({
    t: at(row.day),
    learners: row.learners,
    sessions: row.sessions,
    minutes: row.minutes,
  }));
  const range = { from: new Date(since).getTime(), to: new Date(until).getTime() + 43_200_000 };
  const sessions = days.reduce((sum, row) => sum + row.sessions, 0);
  const minutes = days.reduce((sum, row) => sum + row.minutes, 0);
  return (
    <Page
      title="Learning by day"
      context="Sessions of the last 30 days, each on the day that it was where its college is."
      tabs={areaTabs("learning", role)}
    >
      <Figures>
        <Figure
          label="Sessions"
          value={count(sessions)}
          note={sessions > 0 ? `${decimal(minutes / sessions, 1)} min on average` : undefined}
        />
        <Figure label="Time learned" value={count(Math.round(minutes / 60))} unit="hours" />
        <Figure
          label="Courses completed"
          value={count(reached.completed_courses)}
          note={`${count(reached.finished_stories)} learners finished a story`}
        />
        <Figure
          label="Learning words"
          value={count(reached.word_learners)}
          unit="learners"
          note={reached.mastery === null ? undefined : `average mastery ${decimal(reached.mastery, 2)}`}
        />
      </Figures>
      {days.length === 0 ? (
        <Panel>
          <Empty title="No sessions in the last 30 days">They appear as learners’ applications send events.</Empty>
        </Panel>
      ) : (
        <div className="grid gap-4 xl:grid-cols-2">
          <Panel title="Learners and sessions">
            <Chart
              label="Learners and sessions by day"
              kind="line"
              data={data}
              series={[
                { key: "sessions", label: "Sessions" },
                { key: "learners", label: "Learners" },
              ]}
              unit="count"
              dots
              {...range}
            />
          </Panel>
          <Panel title="Minutes learned">
            <Chart
              label="Minutes learned by day"
              kind="bar"
              data={data}
              series={[{ key: "minutes", label: "Minutes" }]}
              unit="count"
              {...range}
            />
          </Panel>
        </div>
      )}
    </Page>
  );
}
