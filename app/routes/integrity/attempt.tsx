import { Link, useLoaderData } from "@remix-run/react";
import type { Ctx } from "~/db/ctx.ts";
import { incidentsBetween } from "~/observability/incidents/incidents.server.ts";
import { protectedAction, protectedLoader, redirect } from "~/access/page.server.ts";
import { may } from "~/access/policy.ts";
import { keysAreOpen, type ExamStatus } from "~/domains/exams/machine.ts";
import { mostAlike } from "~/domains/integrity/collusion/compare.server.ts";
import { claimNext, claimReview, letGoReview } from "~/domains/integrity/review/claim.server.ts";
import { declareConflict } from "~/domains/integrity/review/conflicts.server.ts";
import { addNote, decideReview } from "~/domains/integrity/review/decide.server.ts";
import { attemptDossier } from "~/domains/integrity/review/dossier.server.ts";
import { queueCounts } from "~/domains/integrity/review/queue.server.ts";
import { statementOf } from "~/domains/integrity/statement/read.server.ts";
import { signalRates } from "~/domains/integrity/scorecard/scorecard.server.ts";
import { answerHistory } from "~/domains/integrity/versions/history.server.ts";
import { isOpen, roundOf, type Decision } from "~/domains/integrity/machine.ts";
import { AppError, messageOf } from "~/platform/errors.ts";
import { log } from "~/platform/log.server.ts";
import { plural, seconds } from "~/platform/format.ts";
import { Badge } from "~/ui/feedback/badge.tsx";
import { Notice } from "~/ui/feedback/empty.tsx";
import { useRefusal } from "~/ui/form/result.ts";
import { Page } from "~/ui/layout/page.tsx";
import { Panel, WithAside } from "~/ui/layout/panel.tsx";
import { Clock } from "~/ui/time/time.tsx";
import { ReviewBadge } from "../exams/state.tsx";
import { DecisionBox } from "./decision.tsx";
import { Decided, NotesPanel } from "./facts.tsx";
import { StudentPanel } from "./student-panel.tsx";
import { useShortcut } from "./keys.ts";
import { Method } from "./method.tsx";
import { PairTimeline } from "./pair-timeline.tsx";
import { PersonalIndices } from "./personal-indices.tsx";
import { ReasonsPanel } from "./reasons-panel.tsx";
import { Replay } from "./replay.tsx";
import { sayPair, Sheets } from "./sheets.tsx";
import { Timeline } from "./timeline.tsx";
import type { TimelineBand } from "./timeline-events.tsx";
import { UndoBar } from "./undo-bar.tsx";

export const handle = {
  crumbs: (data: { attempt: { exam: string; exam_id: string } } | undefined) => [
    { label: "Review", to: "/integrity" },
    { label: data?.attempt.exam ?? "Attempt", to: data ? `/exams/${data.attempt.exam_id}` : undefined },
  ],
};
export const meta = () => [{ title: "Attempt · Invigil" }];
export { revalidateAfterConflict as shouldRevalidate } from "~/ui/revalidate-after-conflict.ts";

/** Every incident that overlapped this attempt, whether or not it has explained a signal of it yet. */
async function bandsOf(ctx: Ctx, attempt: { started_at: Date; ended_at: Date | null }): Promise<TimelineBand[]> {
  const to = attempt.ended_at ?? ctx.clock.now();
  const incidents = await incidentsBetween({ ctx, input: { from: attempt.started_at, to } });
  return incidents.map((incident) => ({ from: incident.from, to: incident.to ?? to, label: `Incident ${incident.number}` }));
}

export const loader = protectedLoader("integrity.read", async ({ ctx, params }) => {
  const attemptId = params["id"] ?? "";
  const [dossier, alike, counts, statement, history, rates] = await Promise.all([
    attemptDossier({ ctx, input: { attemptId } }),
    mostAlike({ ctx, input: { attemptId } }),
    queueCounts({ ctx, input: {} }),
    statementOf({ ctx, input: { attemptId } }),
    answerHistory({ ctx, input: { attemptId } }),
    signalRates({ ctx, input: { attemptId } }),
  ]);
  const bands = await bandsOf(ctx, dossier.attempt);
  return {
    ...dossier,
    hasStatement: statement !== null,
    versions: history,
    rates,
    alike,
    bands,
    open: counts.open,
    role: ctx.actor.role,
    now: ctx.clock.now(),
  };
});

export const action = protectedAction("integrity.review", async ({ ctx, form, params }) => {
  const reviewId = form.get("reviewId");
  const here = `/integrity/attempts/${params["id"]}`;
  switch (form.intent("claim", "release", "next", "note", "conflict", "decide")) {
    case "claim":
      await claimReview({ ctx, input: { reviewId } });
      return redirect(here);
    case "release":
      await letGoReview({ ctx, input: { reviewId } });
      return redirect("/integrity");
    case "next": {
      const next = await claimNext({ ctx, input: { after: reviewId || undefined } });
      return redirect(`/integrity/attempts/${next.attemptId}`);
    }
    case "note":
      await addNote({ ctx, input: { reviewId, body: form.get("body") } });
      return redirect(`${here}#notes`);
    case "conflict":
      await declareConflict({
        ctx,
        input: { reviewId, reason: form.get("reason"), whole: form.get("whole") === "class" ? "class" : "student" },
      });
      return redirect("/integrity");
    case "decide": {
      const done = await decideReview({
        ctx,
        input: {
          reviewId,
          decision: form.get("decision") as Decision,
          note: form.get("note"),
          round: /^[123]$/.test(form.get("round")) ? Number(form.get("round")) : undefined,
          consequence: form.get("consequence") === "ZEROED" ? "ZEROED" : "WITHHELD",
        },
      });
      const outcome = new URLSearchParams({
        decided: done.decisionId,
        as: done.state,
        no: form.get("no"),
        until: String(done.undoUntil.getTime()),
      });
      // Straight on to the next: ten attempts are ten decisions, not thirty clicks.
      // The decision is made, and can be undone: that the next one could not be had must not hide it.
      const next = await claimNext({ ctx, input: { after: reviewId } }).catch((error: unknown) => {
        if (!(error instanceof AppError))
          log.error({ err: { message: messageOf(error) } }, "the next review could not be claimed");
        return null;
      });
      return redirect(next ? `/integrity/attempts/${next.attemptId}?${outcome.toString()}` : `/integrity?${outcome.toString()}`);
    }
  }
});

export default function Attempt() {
  const data = useLoaderData<typeof loader>();
  const { attempt, review, person, alike, bands, events, answers, skewMs, open, role } = data;
  const refusal = useRefusal();
  useShortcut({
    c: "[data-decide=CLEARED]",
    u: "[data-decide=INCONCLUSIVE]",
    v: "[data-decide=VIOLATION]",
    n: "[data-next]",
    z: "[data-undo]",
    enter: "[data-claim]",
  });
  const end = attempt.ended_at ?? events.at(-1)?.at ?? answers.at(-1)?.at ?? attempt.started_at;
  const reviewer = may(role, "integrity.review");
  return (
    <Page
      title={person ? `${person.name}, candidate ${attempt.candidate_no}` : `Attempt of candidate ${attempt.candidate_no}`}
      badge={
        review?.mine && review.claimed_until ? (
          <Badge tone="warn">
            In review, yours until <Clock at={review.claimed_until} />
          </Badge>
        ) : review ? (
          <ReviewBadge state={review.state} />
        ) : null
      }
      actions={open > 0 && reviewer && <Badge>{open} open</Badge>}
      context={
        <>
          {attempt.exam} · {attempt.college} · <Clock at={attempt.started_at} withDay /> to{" "}
          {attempt.ended_at ? <Clock at={attempt.ended_at} /> : "now"}
          {attempt.address && ` · network address ${attempt.address}`}
          {!person && " · names are hidden until a decision"}
          {skewMs !== null &&
            Math.abs(skewMs) > 60_000 &&
            ` · the client's clock is ${seconds(Math.abs(skewMs) / 1000)} ${skewMs > 0 ? "slow" : "fast"}; times are by our clock`}
        </>
      }
    >
      <UndoBar now={data.now} />
      {refusal && (
        <Notice tone="bad" title={refusal.message}>
          {refusal.values["note"] && !review?.mine && (
            <label className="mt-1 flex flex-col gap-1">
              Your text
              <textarea readOnly rows={3} className="input" value={refusal.values["note"]} />
            </label>
          )}
        </Notice>
      )}
      <WithAside
        aside={
          <>
            <ReasonsPanel
              reasons={data.reasons}
              rates={data.rates}
              review={review}
              score={review?.score ?? attempt.risk_score}
              pointsHidden={data.pointsHidden}
              earlierMethod={data.earlierMethod}
            />
            <StudentPanel attempt={attempt} history={data.history} accommodations={data.accommodations} />
            {review && isOpen(review.state) && reviewer && (
              <DecisionBox
                reviewId={review.id}
                candidateNo={attempt.candidate_no}
                mine={review.mine}
                taken={review.taken}
                bar={data.bar}
                round={roundOf(review.state) ?? 1}
              />
            )}
            <Decided decisions={data.decisions} open={review !== null && isOpen(review.state)} />
            {data.hasStatement && (
              <Link to={`/integrity/attempts/${attempt.id}/statement`} className="link">
                Statement for a committee
              </Link>
            )}
          </>
        }
      >
        <Panel title="What happened">
          <Timeline from={attempt.started_at} to={end} skewMs={skewMs} events={events} answers={answers} bands={bands} />
        </Panel>
        <Replay key={attempt.id} {...data.versions} />
        {alike ? (
          <Panel
            title={
              <>
                Most like candidate{" "}
                <Link to={`/integrity/attempts/${alike.other.attemptId}`} className="link underline">
                  {alike.other.candidateNo}
                </Link>
              </>
            }
            aside={<Method />}
          >
            <p className="mb-3 max-w-[110ch]">{sayPair(alike)}</p>
            <Sheets comparison={alike} first={`Candidate ${attempt.candidate_no}`} />
            <PairTimeline comparison={alike} own={attempt.candidate_no} />
            {alike.tested?.personal && (
              <PersonalIndices own={attempt.candidate_no} other={alike.other.candidateNo} of={alike.tested.personal} />
            )}
          </Panel>
        ) : (
          <Panel title="Answers">
            <p className="text-muted">
              {keysAreOpen(attempt.exam_status as ExamStatus)
                ? "No one else in this exam gave any of the same wrong answers."
                : "Answers are compared with the others after the exam has closed."}{" "}
              {plural(attempt.answered, "question")} answered.
            </p>
          </Panel>
        )}
        {review && (
          <NotesPanel
            reviewId={review.id}
            notes={data.notes}
            may={reviewer && isOpen(review.state) && data.bar !== "conflict" && data.bar !== "teaches"}
          />
        )}
      </WithAside>
    </Page>
  );
}
