import { Link } from "@remix-run/react";
import type { CalendarEntry } from "~/domains/exams/calendar/exam-calendar.server.ts";
import type { ExamStatus } from "~/domains/exams/machine.ts";
import { clockTime } from "~/platform/format.ts";
import { useZone } from "~/ui/time/time.tsx";

const EDGE: Partial<Record<ExamStatus, string>> = {
  DRAFT: "border-dashed",
  SCHEDULED: "!border-l-accent",
  LIVE: "!border-l-ok",
  CLOSED: "!border-l-warn",
  CANCELLED: "line-through",
};

/** What is carried from one day to another. */
export const DRAGGED = "application/x-invigil-exam";
const isMovable = (exam: CalendarEntry) => !exam.frozen && (exam.status === "DRAFT" || exam.status === "SCHEDULED");

/** One exam on its day. */
export function CalendarExam({ exam, mayMove }: { exam: CalendarEntry; mayMove: boolean }) {
  const zone = useZone();
  const movable = mayMove && isMovable(exam);
  const at = clockTime(exam.start_time, zone);
  return (
    <li>
      <Link
        to={`/exams/${exam.id}${exam.status === "LIVE" ? "/live" : ""}`}
        draggable={movable}
        onDragStart={(event) =>
          event.dataTransfer.setData(DRAGGED, JSON.stringify({ id: exam.id, start: exam.start_time.toISOString() }))
        }
        title={`${exam.title}, ${exam.college}, ${exam.class_name}, ${exam.duration_minutes} minutes, ${exam.status.toLowerCase()}`}
        className={`block truncate rounded border border-l-[3px] px-1.5 py-0.5 text-[12px] leading-5 hover:bg-raised ${EDGE[exam.status] ?? ""} ${movable ? "cursor-grab" : ""}`}
      >
        <span className="mono">{at}</span> <span className="font-[560]">{exam.title}</span>{" "}
        <span className="text-muted">{exam.code}</span>
      </Link>
    </li>
  );
}
