import { Form, Link, useLocation, useNavigation } from "@remix-run/react";
import { useState } from "react";
import { useArrived } from "~/ui/arrived.ts";
import { isOpenAttempt } from "~/domains/exams/machine.ts";
import type { SeatState } from "~/domains/exams/live/seat.ts";
import { count, seconds } from "~/platform/format.ts";
import { Badge, type Tone } from "~/ui/feedback/badge.tsx";
import { Empty } from "~/ui/feedback/empty.tsx";
import { ViewLink } from "~/ui/form/link-button.tsx";
import { Panel } from "~/ui/layout/panel.tsx";
import { Ago } from "~/ui/time/time.tsx";
import { BOARD, SeatsBar, TimeForAll } from "./seats-bar.tsx";

const STATES: Record<SeatState, [string, Tone]> = {
  offline: ["Offline", "bad"],
  idle: ["Idle", "warn"],
  expected: ["Not started", "neutral"],
  working: ["Working", "ok"],
  paused: ["Paused", "warn"],
  locked: ["Locked", "bad"],
  expired: ["Time ran out", "warn"],
  submitted: ["Submitted", "neutral"],
};

type Seat = {
  user_id: string;
  name: string;
  roll_no: string | null;
  attempt_id: string | null;
  attempt_state: string | null;
  extra_seconds: number;
  extra_percent: number;
  ignored: string[];
  answered: number;
  violations: number;
  last_seen_at: Date | string | null;
  state: SeatState;
  secondsLeft: number | null;
};

type Props = {
  seats: Seat[];
  items: number;
  counts: Record<SeatState, number>;
  operate: boolean;
  q: string;
  state: SeatState | null;
  more: boolean;
  /** When something was last done: then nobody is selected any more, and the fields are empty. */
  done: number;
  happened: { tone: "ok" | "bad"; says: string } | null;
};

function Progress({ done, of }: { done: number; of: number }) {
  return (
    <span className="inline-flex items-center gap-2">
      <span aria-hidden className="hidden h-1.5 w-20 overflow-hidden rounded-full bg-sunk sm:block">
        <span
          className="block h-full rounded-full bg-accent"
          style={{ width: `${of > 0 ? Math.min(100, (done / of) * 100) : 0}%` }}
        />
      </span>
      <span className="tabular-nums">
        {done} of {of}
      </span>
    </span>
  );
}

/** One form around the whole board: it works with nothing but a browser, and says what it would touch. */
export function Seats({ seats, items, counts, operate, q, state, more, done, happened }: Props) {
  const [chosen, setChosen] = useState<Set<string>>(new Set());
  const [cleared, setCleared] = useState(done);
  if (cleared !== done) {
    setCleared(done);
    setChosen(new Set());
  }
  const { pathname } = useLocation();
  const working = useNavigation().state === "submitting";
  const writing = seats.filter((seat) => isOpenAttempt(seat.attempt_state));
  const toggle = (id: string, on: boolean) =>
    setChosen((was) => {
      const next = new Set(was);
      if (on) next.add(id);
      else next.delete(id);
      return next;
    });
  const picked = writing.filter((seat) => chosen.has(seat.attempt_id!)).length;
  const arrived = useArrived();
  const filtered = (one: SeatState | null) => {
    const params = new URLSearchParams({ ...(one && { state: one }), ...(q && { q }) });
    return `?${params.toString()}`;
  };
  return (
    <div data-board>
      <Panel flush>
        <div className="flex flex-wrap items-center gap-2 px-3.5 py-2.5">
          <Form method="get" role="search" className="w-full sm:w-60">
            <label htmlFor="seat-q" className="sr-only">
              Search students by name or roll number
            </label>
            <input
              id="seat-q"
              type="search"
              name="q"
              defaultValue={q}
              placeholder="Name or roll number…"
              className="input"
              data-page-search
            />
            {state && <input type="hidden" name="state" value={state} />}
          </Form>
          <nav aria-label="Filter students" className="flex flex-wrap gap-1">
            <ViewLink to={filtered(null)} shown={!state}>
              Everyone
            </ViewLink>
            {(Object.keys(STATES) as SeatState[])
              .filter((one) => counts[one] > 0 || one === state)
              .map((one) => (
                <ViewLink key={one} to={filtered(one)} shown={state === one}>
                  {STATES[one][0]} <span className="text-muted tabular-nums">{count(counts[one])}</span>
                </ViewLink>
              ))}
          </nav>
          {operate && writing.length > 0 && (
            <TimeForAll key={done} students={counts.working + counts.idle + counts.offline} working={working} />
          )}
        </div>
        <Form method="post" preventScrollReset id={BOARD}>
          {seats.length === 0 ? (
            <Empty title="No students">
              {q ? "No student of this exam has that name or roll number." : "No students are in this state."}
            </Empty>
          ) : (
            <table className="rows">
              <thead>
                <tr>
                  {operate && (
                    <th className="w-8">
                      {arrived && writing.length > 0 ? (
                        <input
                          type="checkbox"
                          checked={picked === writing.length}
                          ref={(box) => {
                            if (box) box.indeterminate = picked > 0 && picked < writing.length;
                          }}
                          onChange={(event) =>
                            setChosen(new Set(event.target.checked ? writing.map((seat) => seat.attempt_id!) : []))
                          }
                          aria-label={`Select all ${count(writing.length)} shown`}
                          className="size-4 accent-(--accent)"
                        />
                      ) : (
                        <span className="sr-only">Select</span>
                      )}
                    </th>
                  )}
                  <th>Student</th>
                  <th>State</th>
                  <th className="hidden sm:table-cell">Answered</th>
                  <th className="num">Time left</th>
                  <th className="num hidden md:table-cell">Extra</th>
                  <th className="num hidden lg:table-cell">Signals</th>
                  <th className="hidden lg:table-cell">Last seen</th>
                </tr>
              </thead>
              <tbody>
                {seats.map((seat) => {
                  const open = isOpenAttempt(seat.attempt_state);
                  const [label, tone] = STATES[seat.state];
                  return (
                    <tr key={seat.user_id} data-selected={seat.attempt_id && chosen.has(seat.attempt_id) ? "" : undefined}>
                      {operate && (
                        <td>
                          {open && (
                            <>
                              <input
                                type="checkbox"
                                name="attempt"
                                value={seat.attempt_id!}
                                checked={chosen.has(seat.attempt_id!)}
                                onChange={(event) => toggle(seat.attempt_id!, event.target.checked)}
                                aria-label={`Select ${seat.name}`}
                                className="size-4 accent-(--accent)"
                              />
                              <input type="hidden" name="seen" value={`${seat.attempt_id}:${seat.extra_seconds}`} />
                            </>
                          )}
                        </td>
                      )}
                      <td className="max-w-[130px] sm:max-w-[260px]">
                        <span className="block truncate">
                          {seat.attempt_id ? (
                            <Link to={`${pathname}/${seat.attempt_id}`} className="font-[520] hover:underline">
                              {seat.name}
                            </Link>
                          ) : (
                            <span className="font-[520]">{seat.name}</span>
                          )}{" "}
                          <span className="text-muted max-sm:hidden">{seat.roll_no}</span>
                        </span>
                      </td>
                      <td>
                        <Badge tone={tone}>{label}</Badge>
                      </td>
                      <td className="hidden sm:table-cell">
                        {seat.attempt_id ? <Progress done={seat.answered} of={items} /> : <span className="text-muted">–</span>}
                      </td>
                      <td className={`num ${seat.secondsLeft !== null && seat.secondsLeft < 300 ? "font-[560] text-warn" : ""}`}>
                        {seat.secondsLeft === null ? (
                          <span className="text-muted">–</span>
                        ) : seat.secondsLeft === 0 ? (
                          "time is up"
                        ) : (
                          seconds(seat.secondsLeft)
                        )}
                      </td>
                      <td className="num hidden md:table-cell">
                        {[
                          seat.extra_seconds > 0 && `+${Math.round(seat.extra_seconds / 60)} min`,
                          seat.extra_percent > 0 && `${seat.extra_percent} %`,
                        ]
                          .filter(Boolean)
                          .join(", ") || <span className="text-muted">–</span>}
                      </td>
                      <td className="num hidden lg:table-cell">
                        {seat.violations > 0 ? count(seat.violations) : <span className="text-muted">–</span>}
                      </td>
                      <td className="hidden lg:table-cell">
                        {seat.last_seen_at ? <Ago at={seat.last_seen_at} /> : <span className="text-muted">–</span>}
                      </td>
                    </tr>
                  );
                })}
              </tbody>
            </table>
          )}
          {more && <p className="border-t px-3.5 py-2.5 text-muted">More students match. Search for a name to find one.</p>}
          {operate && (
            <SeatsBar
              done={done}
              picked={picked}
              stopped={writing.filter((seat) => chosen.has(seat.attempt_id!) && seat.attempt_state !== "IN_PROGRESS").length}
              arrived={arrived}
              working={working}
              clear={() => setChosen(new Set())}
              happened={happened}
            />
          )}
        </Form>
      </Panel>
    </div>
  );
}
