import { Link, useLoaderData, useSearchParams } from "@remix-run/react";
import { useMemo, useState } from "react";
import { protectedAction, protectedLoader } from "~/access/page.server.ts";
import { may } from "~/access/policy.ts";
import { grantAccommodation, listAccommodations, removeAccommodation } from "~/domains/exams/live/accommodation.server.ts";
import { databaseForExam } from "~/examday/during.server.ts";
import { liveRoom } from "~/domains/exams/room/live-room.server.ts";
import { liveBoard } from "~/domains/exams/live/board.server.ts";
import { SEAT_STATES, type SeatState } from "~/domains/exams/live/seat.ts";
import { giveExtraTime } from "~/domains/exams/live/extra-time.server.ts";
import { forceSubmit } from "~/domains/exams/live/force-submit.server.ts";
import { count, plural } from "~/platform/format.ts";
import { useDone, useRefusal } from "~/ui/form/result.ts";
import { Page } from "~/ui/layout/page.tsx";
import { Figure, Figures } from "~/ui/layout/panel.tsx";
import { WRITING } from "~/ui/live.ts";
import { Clock } from "~/ui/time/time.tsx";
import { Accommodations } from "./accommodations.tsx";
import { DatabaseStrip } from "./database-strip.tsx";
import { ExamClock } from "./exam-clock.tsx";
import { roomAct } from "./room-act.server.ts";
import { Hands, Messages } from "./room-panel.tsx";
import { Seats } from "./seats.tsx";
import { ExamBadge } from "./state.tsx";
import { examHandle, examTabs } from "./tabs.ts";
import { useRoom } from "./use-room.ts";

export const handle = examHandle("Live");
export const meta = () => [{ title: "Live · Invigil" }];
export { revalidateAfterConflict as shouldRevalidate } from "~/ui/revalidate-after-conflict.ts";

export const loader = protectedLoader("exams.live", async ({ ctx, params, url }) => {
  const examId = params["id"] ?? "";
  const asked = url.searchParams.get("state") as SeatState | null;
  const input = {
    examId,
    q: url.searchParams.get("q") ?? undefined,
    state: asked && SEAT_STATES.includes(asked) ? asked : undefined,
  };
  const [board, accommodations, database] = await Promise.all([
    liveBoard({ ctx, input }),
    listAccommodations({ ctx, input: { examId } }),
    databaseForExam({ ctx, input: { examId } }).catch(() => null),
  ]);
  const room = { ...(await liveRoom({ ctx, input: { examId } })), readAt: ctx.clock.now().getTime() };
  return { ...board, accommodations, database, room, role: ctx.actor.role };
});

export const action = protectedAction("exams.operate", async ({ ctx, form, params }) => {
  const examId = params["id"] ?? "";
  const inRoom = await roomAct({ ctx, form, examId });
  if (inRoom) return { at: Date.now(), outcome: inRoom };
  const chosen = form.all("attempt");
  const reason = form.get("reason");
  const intent = form.intent("submit", "accommodate", "unaccommodate", "time-all", "time", "time-5", "time-10");
  if (intent === "submit") {
    const done = await forceSubmit({ ctx, input: { examId, attemptIds: chosen, reason } });
    return {
      at: Date.now(),
      outcome: `${plural(done.ended, "attempt")} submitted.${done.skipped > 0 ? ` ${plural(done.skipped, "attempt")} had already ended.` : ""}`,
    };
  }
  if (intent === "accommodate") {
    await grantAccommodation({
      ctx,
      input: {
        examId,
        userId: form.get("userId"),
        extraPercent: form.get("extraPercent"),
        ignoredSignals: form.all("ignored").filter(Boolean),
        reason,
      },
    });
    return { at: Date.now(), outcome: "Accommodation saved. It applies from now on." };
  }
  if (intent === "unaccommodate") {
    await removeAccommodation({ ctx, input: { examId, id: form.get("id"), reason } });
    return { at: Date.now(), outcome: "Accommodation removed. Time already given stays." };
  }
  const { attemptIds, minutes, why } = timeAsked(intent, form);
  const seen = Object.fromEntries(
    form
      .all("seen")
      .map((pair) => pair.split(":"))
      .filter(([id]) => attemptIds === "all" || chosen.includes(id!))
      .map(([id, seconds]) => [id!, Number(seconds)]),
  );
  const done = await giveExtraTime({ ctx, input: { examId, attemptIds, minutes, reason: why, seen } });
  return {
    at: Date.now(),
    outcome: `${plural(done.given, "student")} ${done.given === 1 ? "has" : "have"} ${plural(done.minutes, "more minute")}.`,
  };
});

/** Time for everyone has fields of its own; five and ten minutes are buttons. */
function timeAsked(intent: string, form: { get(name: string): string; all(name: string): string[] }) {
  if (intent === "time-all") return { attemptIds: "all" as const, minutes: form.get("allMinutes"), why: form.get("allReason") };
  return {
    attemptIds: form.all("attempt"),
    minutes: /^time-(\d+)$/.exec(intent)?.[1] ?? form.get("minutes"),
    why: form.get("reason"),
  };
}

/** Whoever is choosing or typing keeps what they see. */
const BEING_USED = `[data-board] input:checked, [data-board] ${WRITING}`;

export default function Live() {
  const { exam, now, answersKnown, counts, seats, items, more, accommodations, role, database, ...loaded } =
    useLoaderData<typeof loader>();
  const given = useDone<typeof action>();
  const refusal = useRefusal();
  const [params] = useSearchParams();
  // An act that was done leaves an empty form; one that was refused keeps what was typed and chosen.
  const at = given?.at ?? 0;
  const [done, setDone] = useState(0);
  if (at !== 0 && at !== done) setDone(at);
  const happened = useMemo(
    () =>
      given ? { tone: "ok" as const, says: given.outcome } : refusal ? { tone: "bad" as const, says: refusal.message } : null,
    [given, refusal],
  );
  const { fresh } = useRoom(exam.id, exam.status === "LIVE", BEING_USED);
  const room = fresh && fresh.readAt > loaded.room.readAt ? fresh : loaded.room;
  const writing = counts.working + counts.idle + counts.offline;
  const stopped = counts.paused + counts.locked;
  const missing = counts.expected;
  const operate = may(role, "exams.operate");
  return (
    <Page
      title={
        exam.status === "LIVE"
          ? `${plural(writing, "student is", "students are")} writing${stopped > 0 ? `, ${count(stopped)} ${stopped === 1 ? "stands" : "stand"} still` : ""}${missing > 0 ? `, ${count(missing)} ${missing === 1 ? "has" : "have"} not started` : ""}`
          : exam.title
      }
      badge={<ExamBadge status={exam.status} />}
      actions={<ExamClock now={now} end={exam.end_time} live={exam.status === "LIVE"} />}
      context={
        <>
          {exam.title} · <Clock at={exam.start_time} withDay /> to <Clock at={exam.end_time} /> · {exam.duration_minutes} minutes
        </>
      }
      tabs={examTabs(exam.id, role)}
    >
      <Hands examId={exam.id} hands={room.hands} operate={operate} />
      <DatabaseStrip database={database} />
      <Figures>
        <Figure
          label="Started"
          value={count(counts.started)}
          unit={`of ${count(counts.expected_total)} expected`}
          note={missing > 0 ? `${count(missing)} missing` : "everyone is here"}
        />
        <Figure
          label="Idle"
          value={answersKnown ? count(counts.idle) : "–"}
          note={answersKnown ? "no answer for five minutes" : "not known while answers are locked"}
          tone={counts.idle > 0 ? "warn" : undefined}
        />
        <Figure
          label="Offline"
          value={count(counts.offline)}
          note="silent for a minute"
          tone={counts.offline > 0 ? "bad" : undefined}
        />
        <Figure
          label="Submitted"
          value={count(counts.submitted)}
          note={counts.expired > 0 ? `${count(counts.expired)} ran out of time` : "none ran out of time"}
        />
      </Figures>
      {(exam.status === "LIVE" || exam.status === "SCHEDULED" || room.messages.length > 0) && (
        <Messages
          messages={room.messages}
          operate={operate && (exam.status === "LIVE" || exam.status === "SCHEDULED")}
          counts={counts}
          done={done}
        />
      )}
      <Seats
        done={done}
        seats={seats}
        items={items}
        counts={counts}
        operate={operate && exam.status === "LIVE"}
        q={params.get("q") ?? ""}
        state={(params.get("state") as SeatState | null) ?? null}
        more={more}
        happened={happened}
      />
      <Accommodations list={accommodations} seats={seats} operate={operate} />
      {exam.status !== "LIVE" && (
        <p className="text-muted">
          This exam is not live. The board shows how it ended, or who is expected.{" "}
          <Link to={`/exams/${exam.id}`} className="link">
            Overview
          </Link>
        </p>
      )}
    </Page>
  );
}
