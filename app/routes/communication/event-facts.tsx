import type { ReactNode } from "react";
import { Link } from "@remix-run/react";
import { FactList } from "~/ui/layout/fact-list.tsx";
import { Panel } from "~/ui/layout/panel.tsx";
import { Clock } from "~/ui/time/time.tsx";

type Moment = string | Date;
type Shown = {
  id: string;
  description: string | null;
  type: string;
  priority: string;
  scheduled_at: Moment;
  end_date_time: Moment | null;
  is_recurring: boolean;
  recurrence_pattern: string | null;
  repeats_until: string | null;
  series_id: string | null;
  series_title: string | null;
  exam_id: string | null;
  class_id: string | null;
};

const words = (value: string) => value.charAt(0) + value.slice(1).toLowerCase();

const lengthOf = ({ scheduled_at, end_date_time }: Shown) =>
  end_date_time ? `${Math.round((new Date(end_date_time).getTime() - new Date(scheduled_at).getTime()) / 60_000)} min` : "–";

export function EventFacts({ event, className }: { event: Shown; className: string }) {
  const facts: [string, ReactNode][] = [
    [event.is_recurring ? "From" : "Starts", <Clock key="starts" at={event.scheduled_at} withDay />],
    event.is_recurring
      ? ["Length", lengthOf(event)]
      : ["Ends", event.end_date_time ? <Clock key="ends" at={event.end_date_time} withDay /> : "–"],
    ["Type", words(event.type)],
    ["Priority", words(event.priority)],
    ...(event.class_id
      ? [
          [
            "Class",
            <Link key="class" className="link" to={`/academics/classes/${event.class_id}`}>
              {className}
            </Link>,
          ],
        ]
      : []),
    ...(event.recurrence_pattern && event.is_recurring
      ? [
          [
            "Recurrence rule",
            <span key="rule" className="mono">
              {event.recurrence_pattern}
            </span>,
          ],
          ["Repeats until", event.repeats_until ?? "no end"],
        ]
      : []),
    ...(event.series_id
      ? [
          [
            "Series",
            <Link key="series" className="link" to={`/communication/events/${event.series_id}`}>
              {event.series_title}
            </Link>,
          ],
        ]
      : []),
    ...(event.exam_id
      ? [
          [
            "Exam",
            <Link key="exam" className="link" to={`/exams/${event.exam_id}`}>
              Open exam
            </Link>,
          ],
        ]
      : []),
  ] as [string, ReactNode][];
  return (
    <Panel title="Facts">
      <FactList facts={facts} />
      {event.description && <p className="mt-3 whitespace-pre-wrap">{event.description}</p>}
    </Panel>
  );
}
