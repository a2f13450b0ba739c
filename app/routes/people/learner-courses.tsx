import { Link } from "@remix-run/react";
import { count, plural, seconds } from "~/platform/format.ts";
import { Empty, Progress } from "~/ui/feedback/empty.tsx";
import { Form, Submit } from "~/ui/form/form.tsx";
import { Panel } from "~/ui/layout/panel.tsx";
import { Ago, Clock } from "~/ui/time/time.tsx";

type Module = { id: string; title: string; lessons: number; completed: number; seconds: number; completed_at: string | null };
type Course = {
  id: string;
  title: string;
  completed_lessons: number;
  total_lessons: number;
  progress_percent: number;
  time_spent_seconds: number;
  started_at: string | Date;
  last_accessed_at: string | Date;
  completed_at: string | Date | null;
  modules: Module[];
};

export function Courses({ courses, manage }: { courses: Course[]; manage: boolean }) {
  return (
    <Panel title="Courses" flush={courses.length > 0}>
      {courses.length === 0 ? (
        <Empty title="No course begun yet">Progress appears with the first lesson event from the learner’s application.</Empty>
      ) : (
        <table className="rows">
          <thead>
            <tr>
              <th>Course</th>
              <th>Progress</th>
              <th className="num max-sm:hidden">Time</th>
              <th className="max-md:hidden">Started</th>
              <th className="max-sm:hidden">Last seen</th>
              <th>Completed</th>
            </tr>
          </thead>
          <tbody>
            {courses.map((course) => (
              <CourseRow key={course.id} course={course} manage={manage} />
            ))}
          </tbody>
        </table>
      )}
    </Panel>
  );
}

function CourseRow({ course, manage }: { course: Course; manage: boolean }) {
  return (
    <tr>
      <td>
        <details>
          <summary className="font-[560]">{course.title}</summary>
          <ul className="mt-1 mb-2 flex flex-col gap-0.5 text-[12px] text-muted">
            {course.modules.map((module) => (
              <li key={module.id}>
                {module.title}: {module.completed} of {plural(module.lessons, "lesson")}, {seconds(module.seconds)}
                {module.completed_at && ", completed"}
              </li>
            ))}
          </ul>
          <Link className="link text-[12px]" to={`/learning/courses/${course.id}`}>
            Open course
          </Link>
          {manage && (
            <Form intent="certificate" about={{ courseId: course.id }} className="mt-2">
              <Submit tone="plain">Issue certificate</Submit>
            </Form>
          )}
        </details>
      </td>
      <td className="min-w-28">
        <span className="tabular-nums">
          {course.progress_percent} % · {count(course.completed_lessons)} of {count(course.total_lessons)}
        </span>
        <Progress done={course.progress_percent} total={100} label={`Progress in ${course.title}`} />
      </td>
      <td className="num max-sm:hidden">{seconds(course.time_spent_seconds)}</td>
      <td className="max-md:hidden">
        <Ago at={course.started_at} />
      </td>
      <td className="max-sm:hidden">
        <Ago at={course.last_accessed_at} />
      </td>
      <td>{course.completed_at ? <Ago at={course.completed_at} /> : "–"}</td>
    </tr>
  );
}

type Session = {
  id: string;
  started_at: string | Date;
  completed_at: string | Date | null;
  duration_minutes: number;
  events: number;
};

export function Sessions({ sessions }: { sessions: Session[] }) {
  if (sessions.length === 0) return null;
  return (
    <Panel title="Sessions" flush>
      <table className="rows">
        <thead>
          <tr>
            <th>Started</th>
            <th className="num">Minutes</th>
            <th className="num">Events</th>
            <th className="max-sm:hidden">Ended</th>
          </tr>
        </thead>
        <tbody>
          {sessions.map((session) => (
            <tr key={session.id}>
              <td>
                <Clock at={session.started_at} withDay />
              </td>
              <td className="num">{count(session.duration_minutes)}</td>
              <td className="num">{count(session.events)}</td>
              <td className="max-sm:hidden">{session.completed_at ? <Clock at={session.completed_at} withDay /> : "open"}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Panel>
  );
}
