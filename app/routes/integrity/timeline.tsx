import { useEffect, useMemo, useState } from "react";
import { clockTime, seconds } from "~/platform/format.ts";
import { useZone } from "~/ui/time/time.tsx";
import { isTyping } from "~/ui/typing.ts";
import {
  type TimelineEvent,
  type TimelineAnswer,
  type TimelineBand,
  type Kind,
  KINDS,
  kindOf,
  label,
  EventTable,
} from "./timeline-events.tsx";
import { LANE, TOP, LANES, Tempo } from "./timeline-tempo.tsx";

const QUIET = /^(HEARTBEAT|ANSWER_SAVED|ANSWER_REVISED|NAVIGATION|NETWORK_RESTORED)$/;

/** What happened, lane by lane. Drawn on the server; arrow keys step through its events where there is a script. */
export function Timeline(props: {
  from: Date | string;
  to: Date | string;
  skewMs: number | null;
  events: TimelineEvent[];
  answers: TimelineAnswer[];
  bands: TimelineBand[];
}) {
  const zone = useZone();
  const from = new Date(props.from).getTime();
  const to = Math.max(from + 60_000, new Date(props.to).getTime());
  const shift = props.skewMs ?? 0;
  // A little room at both ends, so that nothing is cut off there.
  const percent = (at: number) => 0.6 + Math.max(0, Math.min(100, ((at - from) / (to - from)) * 100)) * 0.988;
  // Our clock: the client's may be wrong by hours.
  const events = useMemo(
    () =>
      props.events
        .filter((event) => !QUIET.test(event.type))
        .map((event) => ({ ...event, t: new Date(event.at).getTime() + shift })),
    [props.events, shift],
  );
  const [at, setAt] = useState(-1);
  useEffect(() => {
    const step = (event: KeyboardEvent) => {
      // Where arrows scroll, they scroll.
      const scrolls = event.target instanceof Element && event.target.closest("[role=region]") !== null;
      if (
        isTyping(event.target) ||
        scrolls ||
        event.metaKey ||
        event.ctrlKey ||
        event.altKey ||
        !/^Arrow(Left|Right)$/.test(event.key) ||
        events.length === 0
      )
        return;
      event.preventDefault();
      setAt((was) => Math.max(0, Math.min(events.length - 1, was + (event.key === "ArrowRight" ? 1 : -1))));
    };
    document.addEventListener("keydown", step);
    return () => document.removeEventListener("keydown", step);
  }, [events.length]);
  const current = events[at];
  const shownKinds = (Object.keys(KINDS) as Kind[]).filter((kind) =>
    events.some((event) => event.incident === null && kindOf(event.type) === kind),
  );
  const height = TOP + LANES.length * LANE;
  const gaps = props.events.filter((event) => /^(NETWORK_LOST|HEARTBEAT_GAP)$/.test(event.type));
  const minutes = (to - from) / 60_000;
  const every = [5, 10, 15, 20, 30, 60].find((step) => minutes / step <= 8) ?? 60;
  const ticks = Array.from({ length: Math.floor(minutes / every) + 1 }, (_, index) => index * every);
  const lane = (name: (typeof LANES)[number]) => TOP + LANES.indexOf(name) * LANE + LANE / 2;

  return (
    <div>
      <div className="mb-2 flex flex-wrap items-center gap-x-4 gap-y-1 text-[12px]">
        {shownKinds.map((kind) => (
          <span key={kind} className="inline-flex items-center gap-1.5">
            <span aria-hidden className="size-2 rounded-[2px]" style={{ background: KINDS[kind].color }} />
            {KINDS[kind].label}
          </span>
        ))}
        {events.some((event) => event.incident !== null) && (
          <span className="inline-flex items-center gap-1.5">
            <span aria-hidden className="size-2 rounded-[2px]" style={{ background: "var(--s-client)" }} />
            Explained
          </span>
        )}
        <span className="ml-auto hidden text-muted md:inline">← → step through events</span>
      </div>
      <div className="grid grid-cols-[68px_minmax(0,1fr)]">
        <div aria-hidden className="text-[11px] text-muted" style={{ paddingTop: TOP }}>
          {LANES.map((name) => (
            <div key={name} className="flex items-center" style={{ height: LANE }}>
              {name}
            </div>
          ))}
        </div>
        <svg
          width="100%"
          height={height + 18}
          role="img"
          aria-label={`${events.length} signals and ${props.answers.length} answers in ${Math.round(minutes)} minutes`}
          className="overflow-hidden"
        >
          {props.bands.map((band) => {
            const x = percent(new Date(band.from).getTime());
            const end = percent(new Date(band.to).getTime());
            return (
              <g key={`${band.label}${x}`}>
                <rect
                  x={`${x}%`}
                  width={`${Math.max(0.3, end - x)}%`}
                  y={4}
                  height={height - 4}
                  fill="var(--bad-mark)"
                  fillOpacity={0.13}
                />
                <text
                  x={`${x}%`}
                  y={12}
                  dx={-4}
                  textAnchor={x > 15 ? "end" : "start"}
                  fontSize="11"
                  fontWeight={600}
                  fill="var(--bad)"
                >
                  {band.label}
                </text>
              </g>
            );
          })}
          {LANES.map((name, index) => (
            <line
              key={name}
              x1="0"
              x2="100%"
              y1={TOP + (index + 1) * LANE}
              y2={TOP + (index + 1) * LANE}
              stroke="var(--hairline)"
            />
          ))}
          {events.map((event) => (
            <rect
              key={event.id}
              x={`${percent(event.t)}%`}
              y={lane("Integrity") - 7}
              width={event.duration_ms ? `${Math.max(0.35, (event.duration_ms / (to - from)) * 100)}%` : 4}
              height={14}
              rx={1.5}
              fill={event.incident !== null ? "var(--s-client)" : KINDS[kindOf(event.type)].color}
              fillOpacity={event.incident !== null ? 0.8 : 0.9}
            >
              <title>{`${label(event.type)} at ${clockTime(new Date(event.t), zone, true)}${event.incident !== null ? `, during incident #${event.incident}` : ""}`}</title>
            </rect>
          ))}
          {props.answers.map((answer) => (
            <circle
              key={answer.place}
              cx={`${percent(new Date(answer.at).getTime())}%`}
              cy={lane("Answers")}
              r={2.6}
              fill="var(--muted)"
            >
              <title>{`Question ${answer.place} at ${clockTime(new Date(answer.at), zone, true)}${answer.seconds === null ? "" : `, after ${seconds(answer.seconds)}`}`}</title>
            </circle>
          ))}
          {props.answers
            .filter((answer) => answer.revisions > 0)
            .map((answer) => (
              <text
                key={answer.place}
                x={`${percent(new Date(answer.at).getTime())}%`}
                y={lane("Revisions") + 4}
                textAnchor="middle"
                fontSize="10"
                fill="var(--s-3)"
              >
                ▲<title>{`Question ${answer.place}, revised ${answer.revisions} times`}</title>
              </text>
            ))}
          <rect x="0" width="100%" y={lane("Network") - 3} height={6} fill="var(--ok-mark)" fillOpacity={0.55} />
          {gaps.map((gap) => (
            <rect
              key={gap.id}
              x={`${percent(new Date(gap.at).getTime() + shift)}%`}
              width={`${Math.max(0.4, ((gap.duration_ms ?? 5000) / (to - from)) * 100)}%`}
              y={lane("Network") - 3}
              height={6}
              fill="var(--bad-mark)"
            />
          ))}
          <Tempo answers={props.answers} from={from} to={to} y={TOP + 4 * LANE + 3} height={LANE - 6} />
          {current && (
            <line
              x1={`${percent(current.t)}%`}
              x2={`${percent(current.t)}%`}
              y1={2}
              y2={height}
              stroke="var(--accent)"
              strokeWidth={1.5}
            />
          )}
          {ticks.map((minute, index) => (
            <text
              key={minute}
              className={index % 2 === 1 ? "max-md:hidden" : ""}
              x={`${percent(from + minute * 60_000)}%`}
              y={height + 14}
              fontSize="11"
              fill="var(--muted)"
              textAnchor={minute === 0 ? "start" : minute === ticks.at(-1) && minutes - minute < every / 4 ? "end" : "middle"}
            >
              {minute} min
            </text>
          ))}
        </svg>
      </div>
      <p aria-live="polite" className="mt-1 min-h-5 text-[12px]">
        {current && (
          <>
            <b className="font-[560]">{label(current.type).replace(/^./, (first) => first.toUpperCase())}</b> at{" "}
            {clockTime(new Date(current.t), zone, true)}
            {current.duration_ms ? ` for ${seconds(current.duration_ms / 1000)}` : ""}
            {current.incident !== null ? `, during incident #${current.incident}` : ""} · {at + 1} of {events.length}
          </>
        )}
      </p>
      <EventTable events={events} zone={zone} />
    </div>
  );
}
