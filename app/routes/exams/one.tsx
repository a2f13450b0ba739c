import { useLoaderData } from "@remix-run/react";
import { protectedAction, protectedLoader, redirect } from "~/access/page.server.ts";
import { may } from "~/access/policy.ts";
import { copyExam } from "~/domains/exams/authoring/exam.server.ts";
import { examChecklist } from "~/domains/exams/calendar/checklist.server.ts";
import { cancelExam, closeExam, scheduleExam, unscheduleExam } from "~/domains/exams/calendar/move.server.ts";
import { getExam } from "~/domains/exams/list.server.ts";
import { sitAsStudent } from "~/domains/exams/sitting/sit-as-student.server.ts";
import { gradeExam, publishExam, reopenGrading } from "~/domains/exams/grading/grade.server.ts";
import { env } from "~/platform/env.server.ts";
import { count, plural } from "~/platform/format.ts";
import { Notice } from "~/ui/feedback/empty.tsx";
import { LinkButton } from "~/ui/form/link-button.tsx";
import { Form, Submit } from "~/ui/form/form.tsx";
import { useDone } from "~/ui/form/result.ts";
import { Page } from "~/ui/layout/page.tsx";
import { Figure, Figures, Panel, WithAside } from "~/ui/layout/panel.tsx";
import { Clock } from "~/ui/time/time.tsx";
import { ExamBadge } from "./state.tsx";
import { examHandle, examTabs } from "./tabs.ts";
import { Checklist, WithReason } from "./checklist.tsx";

export const handle = examHandle();

export const meta = () => [{ title: "Exam · Invigil" }];

export { revalidateAfterConflict as shouldRevalidate } from "~/ui/revalidate-after-conflict.ts";

export const loader = protectedLoader("exams.read", async ({ ctx, params }) => {
  const id = params["id"] ?? "";
  const { exam, facts } = await getExam({ ctx, input: { id } });
  const asked = exam.status === "DRAFT" || exam.status === "SCHEDULED";
  return {
    exam,
    facts,
    checklist: asked ? await examChecklist({ ctx, input: { examId: id } }) : null,
    sits: env().REFERENCE_CLIENT && exam.status === "LIVE" && may(ctx.actor.role, "exams.operate"),
    role: ctx.actor.role,
  };
});

export const action = protectedAction("exams.read", async ({ ctx, form, params }) => {
  const examId = params["id"] ?? "";
  const reason = form.get("reason");
  switch (form.intent("schedule", "unschedule", "cancel", "close", "grade", "reopen", "publish", "copy", "sit")) {
    case "schedule":
      await scheduleExam({ ctx, input: { examId } });
      return { message: "Scheduled. It opens automatically at its start." };
    case "unschedule":
      await unscheduleExam({ ctx, input: { examId } });
      return { message: "Back to draft." };
    case "cancel": {
      const { ended } = await cancelExam({ ctx, input: { examId, reason } });
      return { message: `Cancelled. ${plural(ended, "open attempt")} ended.` };
    }
    case "close": {
      const { ended } = await closeExam({ ctx, input: { examId, reason } });
      return { message: `Closed. ${plural(ended, "open attempt")} submitted as they were.` };
    }
    case "grade": {
      const done = await gradeExam({ ctx, input: { examId } });
      return {
        message: done.graded
          ? `Graded: ${plural(done.results, "result")}.`
          : `${plural(done.waiting, "answer is waiting", "answers are waiting")} for marking.`,
      };
    }
    case "reopen":
      await reopenGrading({ ctx, input: { examId, reason } });
      return { message: "Back to marking." };
    case "publish": {
      const done = await publishExam({ ctx, input: { examId } });
      return {
        message: `Published ${plural(done.published, "result")}.${done.withheld > 0 ? ` ${plural(done.withheld, "result")} withheld by a review.` : ""}`,
      };
    }
    case "sit": {
      const { path, student } = await sitAsStudent({ ctx, input: { examId } });
      return { message: `Ready to sit as ${student}.`, sit: path };
    }
    case "copy": {
      const { id } = await copyExam({ ctx, input: { id: examId } });
      return redirect(`/exams/${id}`);
    }
  }
});

/** Where the exam opens for the student who was chosen. */
const useSit = () => {
  const done = useDone<typeof action>();
  return done && "sit" in done ? done.sit : undefined;
};

export default function OneExam() {
  const { exam, facts, checklist, sits, role } = useLoaderData<typeof loader>();
  const sit = useSit();
  const open = checklist?.filter((item) => !item.ok).length ?? 0;
  const author = may(role, "exams.author");
  return (
    <Page
      title={exam.title}
      badge={<ExamBadge status={exam.status} />}
      context={
        <>
          {facts.college} · {facts.class_name} · {facts.subject ?? "no subject"} · <Clock at={exam.start_time} withDay /> to{" "}
          <Clock at={exam.end_time} /> · {exam.duration_minutes} minutes
        </>
      }
      tabs={examTabs(exam.id, role)}
      actions={
        <>
          {facts.results > 0 && may(role, "platform.read") && (
            <a className="control" href={`/exams/${exam.id}/results.pdf`} download>
              Results as PDF
            </a>
          )}
          {sits && (
            <Form intent="sit" className="contents">
              <Submit tone="plain">Sit as a student</Submit>
            </Form>
          )}
          {author && (
            <>
              <Form intent="copy" className="contents">
                <Submit tone="plain">Copy</Submit>
              </Form>
              <LinkButton to={`/exams/${exam.id}/edit`}>Edit</LinkButton>
              <LinkButton to={`/exams/${exam.id}/move`}>Move</LinkButton>
            </>
          )}
        </>
      }
    >
      {sit && (
        <p>
          <a className="link underline" href={sit} target="_blank" rel="noreferrer">
            Open the exam as this student in a new tab
          </a>
        </p>
      )}
      {exam.cancelled_reason && <Notice tone="warn" title={`Cancelled: ${exam.cancelled_reason}`} />}
      <Figures>
        <Figure label="Students" value={count(facts.students)} note={`${count(facts.attempts)} have started`} />
        <Figure label="Writing now" value={count(facts.writing)} note={`${count(facts.ended)} have ended`} />
        <Figure
          label="Reviews open"
          value={count(facts.open_reviews)}
          note={facts.violations > 0 ? plural(facts.violations, "violation stands", "violations stand") : "no violation stands"}
          tone={facts.open_reviews > 0 ? "warn" : undefined}
        />
        <Figure
          label="Results"
          value={count(facts.results)}
          note={`${count(facts.published)} published, ${count(facts.withheld)} withheld`}
        />
      </Figures>
      <WithAside
        aside={
          author && (
            <Panel title="Next steps">
              <div className="flex flex-col gap-3">
                {author && exam.status === "DRAFT" && (
                  <Form intent="schedule">
                    <p className="text-muted">
                      {open === 0
                        ? "Ready to schedule."
                        : `${plural(open, "requirement")} ${open === 1 ? "does" : "do"} not hold yet.`}
                    </p>
                    <div>
                      <Submit disabled={open > 0}>Schedule</Submit>
                    </div>
                  </Form>
                )}
                {author && exam.status === "SCHEDULED" && (
                  <Form intent="unschedule">
                    <p className="text-muted">It opens automatically. To change the questions, move it back to draft first.</p>
                    <div>
                      <Submit tone="plain">Back to draft</Submit>
                    </div>
                  </Form>
                )}
                {exam.status === "LIVE" && (
                  <>
                    <p className="text-muted">
                      It closes automatically when its window has ended and no one is writing any more.
                    </p>
                    <LinkButton className="w-fit font-[520]" to={`/exams/${exam.id}/live`}>
                      Open live board
                    </LinkButton>
                    {author && (
                      <WithReason
                        intent="close"
                        label="Close now"
                        says={`${plural(facts.writing, "open attempt")} will be submitted as they are.`}
                      />
                    )}
                  </>
                )}
                {author && exam.status === "CLOSED" && (
                  <Form intent="grade">
                    <p className="text-muted">
                      Closed question types are marked automatically. Essays and short answers are marked by hand under Marking.
                    </p>
                    <div>
                      <Submit>Grade</Submit>
                    </div>
                  </Form>
                )}
                {author && exam.status === "GRADED" && (
                  <>
                    <Form intent="publish">
                      <p className="text-muted">
                        {plural(facts.results - facts.withheld, "result")} will be published at once
                        {facts.withheld > 0 ? `, ${count(facts.withheld)} withheld by a review.` : "."}
                      </p>
                      <div>
                        <Submit>Publish results</Submit>
                      </div>
                    </Form>
                    <WithReason
                      intent="reopen"
                      label="Back to marking"
                      says="Nothing is published yet; grades are computed again."
                    />
                  </>
                )}
                {exam.status === "PUBLISHED" && exam.published_at && (
                  <p className="text-muted">
                    Published <Clock at={exam.published_at} withDay />.
                  </p>
                )}
                {author && ["DRAFT", "SCHEDULED", "LIVE"].includes(exam.status) && (
                  <WithReason
                    intent="cancel"
                    label="Cancel exam"
                    says={`${plural(facts.writing, "open attempt")} will end. This can't be undone.`}
                  />
                )}
              </div>
            </Panel>
          )
        }
      >
        {checklist && (
          <Panel title={open === 0 ? "Requirements" : "Before it can be scheduled"}>
            <Checklist items={checklist} />
          </Panel>
        )}
        <Panel title="The paper">
          <dl className="grid grid-cols-[max-content_minmax(0,1fr)] gap-x-6 gap-y-2">
            <dt className="text-muted">Questions</dt>
            <dd>
              {plural(facts.questions, "question")}, {plural(exam.total_marks, "mark")}, {exam.passing_marks} to pass
            </dd>
            <dt className="text-muted">Attempts</dt>
            <dd>{exam.max_attempts === 1 ? "1 per student" : `${exam.max_attempts} per student`}</dd>
            <dt className="text-muted">Anti-cheating</dt>
            <dd>
              {[
                exam.enable_browser_lock && "browser lock",
                exam.enable_fullscreen_mode && "full screen",
                exam.enable_webcam_monitoring && "webcam",
                exam.enable_question_shuffling && "shuffled questions",
                exam.enable_time_limit_per_question && `${exam.seconds_per_question} s a question`,
              ]
                .filter(Boolean)
                .join(", ") || "nothing"}
            </dd>
            <dt className="text-muted">Review from</dt>
            <dd>risk {exam.review_threshold}</dd>
            <dt className="text-muted">Frozen</dt>
            <dd>{exam.frozen_at ? <Clock at={exam.frozen_at} withDay /> : "not yet: no attempt has started"}</dd>
            {exam.description && (
              <>
                <dt className="text-muted">Description</dt>
                <dd className="whitespace-pre-wrap">{exam.description}</dd>
              </>
            )}
          </dl>
        </Panel>
      </WithAside>
    </Page>
  );
}
