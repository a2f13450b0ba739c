import { useLoaderData } from "@remix-run/react";
import { protectedAction, protectedLoader } from "~/access/page.server.ts";
import { may } from "~/access/policy.ts";
import { isOpenAttempt } from "~/domains/exams/machine.ts";
import { minutesLines } from "~/domains/exams/room/minutes.ts";
import { oneSeat } from "~/domains/exams/room/one-seat.server.ts";
import { count, plural, seconds } from "~/platform/format.ts";
import { Notice } from "~/ui/feedback/empty.tsx";
import { useDone, useRefusal } from "~/ui/form/result.ts";
import { Page } from "~/ui/layout/page.tsx";
import { Figure, Figures, Panel, WithAside } from "~/ui/layout/panel.tsx";
import { Ago, Clock } from "~/ui/time/time.tsx";
import { MinutesTable } from "./minutes-table.tsx";
import { roomAct } from "./room-act.server.ts";
import { SeatActs } from "./seat-acts.tsx";
import { AttemptBadge } from "./state.tsx";
import { examTabs } from "./tabs.ts";
import { useRoom } from "./use-room.ts";

type Crumbs = { exam: { id: string; title: string }; seat: { name: string } } | undefined;
export const handle = {
  crumbs: (data: Crumbs) => [
    { label: "Exams", to: "/exams" },
    { label: data?.exam.title ?? "Exam", to: data && `/exams/${data.exam.id}` },
    { label: "Live", to: data && `/exams/${data.exam.id}/live` },
    { label: data?.seat.name ?? "Student" },
  ],
};
export const meta = () => [{ title: "Student in the room · Invigil" }];
export { revalidateAfterConflict as shouldRevalidate } from "~/ui/revalidate-after-conflict.ts";

export const loader = protectedLoader("exams.live", async ({ ctx, params }) => {
  const { events, ...rest } = await oneSeat({ ctx, input: { examId: params["id"] ?? "", attemptId: params["attemptId"] ?? "" } });
  return { ...rest, history: minutesLines(events.reverse()).reverse(), role: ctx.actor.role };
});

export const action = protectedAction("exams.operate", async ({ ctx, form, params }) => {
  form.intent("message", "pause", "lock", "resume");
  return { message: await roomAct({ ctx, form, examId: params["id"] ?? "" }), at: Date.now() };
});

const given = (time: number) => (time === 0 ? "none" : seconds(time));

export default function Seat() {
  const { exam, now, seat, signals, messages, history, role } = useLoaderData<typeof loader>();
  const done = useDone<typeof action>();
  const refusal = useRefusal();
  const open = isOpenAttempt(seat.state);
  useRoom(exam.id, exam.status === "LIVE", "[data-acts] :is(input, textarea):focus", true);
  const until = new Date(seat.paused_at ?? now).getTime();
  const left = Math.max(0, Math.round((new Date(seat.deadline_at).getTime() - until) / 1000));
  return (
    <Page
      title={seat.name}
      badge={<AttemptBadge state={seat.state} />}
      context={
        <>
          {seat.roll_no ?? "no roll number"} · candidate {seat.candidate_no} · started <Clock at={seat.started_at} />
        </>
      }
      tabs={examTabs(exam.id, role)}
    >
      {refusal && <Notice tone="bad" title={refusal.message} />}
      <Figures>
        <Figure
          label="Answered"
          value={count(seat.answered)}
          unit={`of ${seat.items}`}
          note={
            seat.last_answer_at ? (
              <>
                last <Ago at={seat.last_answer_at} />
              </>
            ) : (
              "nothing saved yet"
            )
          }
        />
        <Figure
          label="Time left"
          value={open ? seconds(left) : "–"}
          note={
            seat.paused_at ? (
              <>
                stopped since <Clock at={seat.paused_at} />
              </>
            ) : (
              <>
                until <Clock at={seat.deadline_at} />
              </>
            )
          }
          tone={seat.paused_at ? "warn" : undefined}
        />
        <Figure
          label="Given"
          value={given(seat.extra_seconds + seat.paused_seconds)}
          note={`extra ${given(seat.extra_seconds)}, for pauses ${given(seat.paused_seconds)}`}
        />
        <Figure
          label="Last seen"
          value={seat.last_seen_at ? <Ago at={seat.last_seen_at} /> : "never"}
          note={seat.ip_address ?? "address not known"}
        />
      </Figures>
      <WithAside
        aside={
          open && exam.status === "LIVE" && may(role, "exams.operate") ? (
            <SeatActs key={done?.at ?? 0} attemptId={seat.attempt_id} state={seat.state} />
          ) : null
        }
      >
        <Panel title="Messages" flush>
          {messages.length === 0 ? (
            <p className="px-3.5 pb-3 text-muted">No messages to this student.</p>
          ) : (
            <ul className="divide-y">
              {messages.map((message) => (
                <li key={message.id} className="px-3.5 py-2">
                  <p className="whitespace-pre-wrap">{message.text}</p>
                  <p className="text-[12px] text-muted">
                    {message.sent_by_name} · sent <Clock at={message.sent_at} withSeconds />
                    {message.delivered_at ? (
                      <>
                        {" "}
                        · delivered <Clock at={message.delivered_at} withSeconds />
                      </>
                    ) : (
                      " · not delivered"
                    )}
                    {message.seen_at ? (
                      <>
                        {" "}
                        · seen <Clock at={message.seen_at} withSeconds />
                      </>
                    ) : (
                      " · not seen"
                    )}
                  </p>
                </li>
              ))}
            </ul>
          )}
        </Panel>
        <Panel title="In the room" flush>
          {history.length === 0 ? (
            <p className="px-3.5 pb-3 text-muted">Nothing happened yet.</p>
          ) : (
            <MinutesTable lines={history} />
          )}
        </Panel>
        <Panel title="Signals" aside={plural(signals.length, "kind")} flush>
          {signals.length === 0 ? (
            <p className="px-3.5 pb-3 text-muted">No signals.</p>
          ) : (
            <ul className="divide-y">
              {signals.map((signal) => (
                <li key={signal.type} className="flex justify-between gap-3 px-3.5 py-1.5">
                  <span>{signal.type.toLowerCase().replaceAll("_", " ")}</span>
                  <span className="text-muted tabular-nums">
                    {count(signal.count)} · last <Ago at={signal.last} />
                  </span>
                </li>
              ))}
            </ul>
          )}
        </Panel>
        <Panel title="Device">
          <p className="break-words">
            {seat.user_agent ?? <span className="text-muted">Not known: the client has not said it.</span>}
          </p>
        </Panel>
      </WithAside>
    </Page>
  );
}
