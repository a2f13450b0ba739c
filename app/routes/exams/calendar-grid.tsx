import { useState, type DragEvent } from "react";
import { Link, useNavigate } from "@remix-run/react";
import type { CalendarEntry } from "~/domains/exams/calendar/exam-calendar.server.ts";
import { day as dayName, decimal, count } from "~/platform/format.ts";
import { dayIn } from "~/platform/zone.ts";
import { VerdictBadge } from "~/routes/readiness/verdict.tsx";
import { useZone } from "~/ui/time/time.tsx";
import { CalendarExam, DRAGGED } from "./calendar-exam.tsx";

export type Ahead = { day: string; peak: number; verdict: "HOLDS" | "AT_RISK" | "WILL_NOT_HOLD" };
export type Measured = { day: string; active: number; connections: number };

/** What the database did on that day, or is expected to. */
function Beneath({ measured, ahead }: { measured: Measured | undefined; ahead: Ahead | undefined }) {
  if (ahead)
    return (
      <p className="mt-auto flex flex-wrap items-center gap-x-1.5 text-[12px] text-muted">
        <VerdictBadge verdict={ahead.verdict} /> <span>{count(ahead.peak)} at once</span>
      </p>
    );
  if (!measured) return null;
  return (
    <p className="mt-auto text-[12px] text-muted">
      Peak load {decimal(measured.active)}, {count(Math.round(measured.connections))} connections
    </p>
  );
}

type GridProps = {
  days: string[];
  /** Days of other months are shown with less weight. */
  month: string | null;
  today: string;
  exams: CalendarEntry[];
  ahead: Ahead[];
  measured: Measured[];
  mayMove: boolean;
  most: number;
};

/** Weeks as rows, on a phone a list of days. Dropping an exam on another day asks before it is moved. */
export function CalendarGrid({ days, month, today, exams, ahead, measured, mayMove, most }: GridProps) {
  const zone = useZone();
  const navigate = useNavigate();
  const [over, setOver] = useState<string | null>(null);
  const byDay = new Map(days.map((day) => [day, exams.filter((exam) => dayIn(exam.start_time, zone) === day)]));
  const drop = (day: string, event: DragEvent) => {
    event.preventDefault();
    setOver(null);
    const text = event.dataTransfer.getData(DRAGGED);
    if (!text) return;
    const { id, start } = JSON.parse(text) as { id: string; start: string };
    const from = dayIn(new Date(start), zone);
    const shift = Date.parse(`${day}T12:00:00Z`) - Date.parse(`${from}T12:00:00Z`);
    if (shift !== 0) void navigate(`/exams/${id}/move?to=${new Date(Date.parse(start) + shift).toISOString()}`);
  };
  return (
    <ol aria-label="Days" className="grid grid-cols-1 border-l border-t md:grid-cols-7">
      {days.map((day) => {
        const list = byDay.get(day)!;
        const outside = month !== null && !day.startsWith(month);
        return (
          <li
            key={day}
            aria-current={day === today ? "date" : undefined}
            onDragOver={(event) => {
              if (!mayMove || day < today || !event.dataTransfer.types.includes(DRAGGED)) return;
              event.preventDefault();
              setOver(day);
            }}
            onDragLeave={() => setOver(null)}
            onDrop={(event) => drop(day, event)}
            className={`flex min-w-0 flex-col gap-1 border-b border-r p-1.5 md:min-h-[112px] ${over === day ? "bg-raised" : ""} ${outside || (list.length === 0 && day !== today) ? "max-md:hidden" : ""}`}
          >
            <p className={`text-[12px] ${day === today ? "font-[650] text-accent" : outside ? "text-muted" : "font-[560]"}`}>
              {dayName(new Date(`${day}T12:00:00Z`))}
              {day === today && ", today"}
            </p>
            <ul className="flex flex-col gap-1">
              {list.slice(0, most).map((exam) => (
                <CalendarExam key={exam.id} exam={exam} mayMove={mayMove} />
              ))}
            </ul>
            {list.length > most && (
              <Link className="link text-[12px]" to={`?view=week&at=${day}`}>
                {count(list.length - most)} more
              </Link>
            )}
            <Beneath measured={measured.find((one) => one.day === day)} ahead={ahead.find((one) => one.day === day)} />
          </li>
        );
      })}
    </ol>
  );
}
