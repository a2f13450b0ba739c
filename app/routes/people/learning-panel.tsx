import { Link } from "@remix-run/react";
import { count, plural, seconds } from "~/platform/format.ts";
import { FactList } from "~/ui/layout/fact-list.tsx";
import { Panel } from "~/ui/layout/panel.tsx";
import { Ago } from "~/ui/time/time.tsx";

export type Summary = {
  courses: number;
  courses_completed: number;
  average_progress: number | null;
  seconds: number;
  words: number;
  words_mastered: number;
  words_due: number;
  streak: number;
  active_days: number;
  last_activity: Date | string | null;
};

/** A learner in one paragraph; whoever wants more opens the page behind it. */
export function LearningPanel({ userId, summary }: { userId: string; summary: Summary | null }) {
  if (!summary?.last_activity) return null;
  const facts: [string, string][] = [
    ["Courses", `${count(summary.courses_completed)} of ${count(summary.courses)} completed`],
    ["Average progress", summary.average_progress === null ? "–" : `${summary.average_progress} %`],
    ["Time spent", seconds(summary.seconds)],
    ["Streak", `${plural(summary.streak, "day")}, ${summary.active_days} of the last 30 active`],
    ["Words", `${count(summary.words_mastered)} of ${count(summary.words)} mastered`],
    ["Due today", plural(summary.words_due, "word")],
  ];
  return (
    <Panel
      title="Learning"
      aside={
        <>
          last <Ago at={summary.last_activity} />
          <Link className="link" to={`/people/${userId}/learning`}>
            Open learning
          </Link>
        </>
      }
    >
      <FactList facts={facts} />
    </Panel>
  );
}
