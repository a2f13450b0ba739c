import { useEffect, useState } from "react";
import { clockTime, seconds } from "~/platform/format.ts";
import { useZone } from "~/ui/time/time.tsx";

/** The wall clock of the room by the server's time, and what is left of the exam's window. */
export function ExamClock({ now, end, live }: { now: string | Date; end: string | Date; live: boolean }) {
  const zone = useZone();
  const server = new Date(now).getTime();
  const [elapsed, setElapsed] = useState(0);
  useEffect(() => {
    const from = performance.now();
    const tick = () => setElapsed(performance.now() - from);
    tick();
    const timer = setInterval(tick, 1000);
    return () => clearInterval(timer);
  }, [server]);
  const at = new Date(server + elapsed);
  const left = Math.round((new Date(end).getTime() - at.getTime()) / 1000);
  return (
    <p className="flex items-baseline gap-3 tabular-nums" role="timer" aria-label="Exam clock">
      {live && (
        <span className={left < 600 ? "font-[560] text-warn" : "text-muted"}>
          {left > 0 ? `${seconds(left)} left in the window` : "the window has closed"}
        </span>
      )}
      <span className="mono text-[19px] leading-[26px] font-[560]" suppressHydrationWarning>
        {clockTime(at, zone, true)}
      </span>
    </p>
  );
}
