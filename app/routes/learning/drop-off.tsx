import { count, percent } from "~/platform/format.ts";
import { Empty } from "~/ui/feedback/empty.tsx";
import { Panel } from "~/ui/layout/panel.tsx";
import { Bars } from "../exams/bars.tsx";

type Lesson = { id: string; title: string; module: string; started: number; completed: number };

/** Where learners stop: how many completed each lesson, and how many fewer than the lesson before. */
export function DropOff({ lessons }: { lessons: Lesson[] }) {
  if (lessons.length === 0)
    return (
      <Panel title="Drop-off by lesson">
        <Empty title="No lessons yet">Add modules and lessons to this course, then count again.</Empty>
      </Panel>
    );
  return (
    <Panel title="Drop-off by lesson" aside="learners who completed each lesson">
      <Bars
        label="Learners who completed each lesson, in the order of the course"
        bars={lessons.map((lesson, index) => ({
          label: `${index + 1}. ${lesson.module}: ${lesson.title}`,
          tick: lessons.length <= 30 || index % 5 === 0 ? String(index + 1) : "",
          value: lesson.completed,
        }))}
      />
      <table className="rows mt-3">
        <thead>
          <tr>
            <th>Lesson</th>
            <th className="max-sm:hidden">Module</th>
            <th className="num">Started</th>
            <th className="num">Completed</th>
            <th className="num">Lost</th>
          </tr>
        </thead>
        <tbody>
          {lessons.map((lesson, index) => {
            const before = lessons[index - 1]?.completed ?? lesson.started;
            const lost = before - lesson.completed;
            return (
              <tr key={lesson.id}>
                <td>
                  {index + 1}. {lesson.title}
                </td>
                <td className="max-sm:hidden">{lesson.module}</td>
                <td className="num">{count(lesson.started)}</td>
                <td className="num">{count(lesson.completed)}</td>
                <td className="num">{lost > 0 && before > 0 ? percent(lost / before) : "–"}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </Panel>
  );
}
