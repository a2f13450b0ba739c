import { useEffect, useState } from "react";
import { plural } from "~/platform/format.ts";
import { Notice } from "~/ui/feedback/empty.tsx";
import { Button } from "~/ui/form/form.tsx";
import { Help } from "./help.tsx";
import { isAnswered } from "./given.ts";
import { Question } from "./question.tsx";
import { ImagesFrom } from "./rich-text.tsx";
import { useSitting } from "./use-sitting.ts";

const two = (value: number) => String(value).padStart(2, "0");
const clock = (seconds: number) =>
  `${seconds >= 3600 ? `${Math.floor(seconds / 3600)}:` : ""}${two(Math.floor((seconds % 3600) / 60))}:${two(seconds % 60)}`;

/** Seconds until the deadline, by the server's clock; standing still while the attempt is paused. */
function useSecondsLeft(now: () => number, standing: { deadlineAt: string; pausedAt: string | null } | null): number | null {
  const [, tick] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => tick((n) => n + 1), 250);
    return () => clearInterval(timer);
  }, []);
  if (!standing) return null;
  const until = standing.pausedAt ? new Date(standing.pausedAt).getTime() : now();
  return Math.max(0, Math.ceil((new Date(standing.deadlineAt).getTime() - until) / 1000));
}

const ENDED: Record<string, string> = {
  SUBMITTED: "Your exam is submitted.",
  FORCE_SUBMITTED: "A proctor ended your exam. The answers that were saved count.",
  EXPIRED: "Time is up. The answers that were saved count.",
};

/** React 18 passes it on, and its types do not know it. */
const INERT = { inert: "" };

export function Sitting({ attemptId, token }: { attemptId: string; token: string }) {
  const sitting = useSitting(attemptId, token);
  const { paper, standing, online, unsaved, problem, fatal, flush } = sitting;
  const left = useSecondsLeft(sitting.now, standing);
  const timeUp = left === 0 && standing?.state === "IN_PROGRESS";
  useEffect(() => {
    // What was given in time may still arrive.
    if (timeUp) void flush();
  }, [timeUp, flush]);
  if (fatal)
    return (
      <main>
        <Notice tone="bad" title="The server does not accept this link">
          {fatal}. Ask your proctor. What you have saved is still there.
        </Notice>
      </main>
    );
  if (!paper || !standing)
    return (
      <main>
        <p role="status">{online ? "Loading your exam…" : "No connection. Your exam loads as soon as there is one…"}</p>
      </main>
    );
  const ended =
    ENDED[standing.state] ?? (["IN_PROGRESS", "PAUSED", "LOCKED"].includes(standing.state) ? null : "This exam is over.");
  const paused = standing.state === "PAUSED" || standing.state === "LOCKED";
  const done = paper.questions.filter(({ id }) => isAnswered(sitting.answers.get(id))).length;
  return (
    <>
      <header className="panel sticky top-2 z-10 flex flex-wrap items-center justify-between gap-x-4 gap-y-1 px-3.5 py-2.5">
        <h1 className="min-w-0 truncate text-[15px] font-[620]">{paper.exam.title}</h1>
        <p className="flex items-center gap-3">
          <span role="status" className={online ? "text-muted" : "font-[560] text-bad"}>
            {!online
              ? `No connection. ${unsaved > 0 ? `${plural(unsaved, "answer")} kept here` : "Everything is saved"}`
              : unsaved > 0
                ? "Saving…"
                : "All answers saved"}
          </span>
          <span
            role="timer"
            aria-label="Time left"
            className={`mono text-[17px] font-[600] tabular-nums ${left! < 300 ? "text-warn" : ""}`}
          >
            {clock(left!)}
          </span>
        </p>
      </header>
      <section aria-label="Messages from the proctor" aria-live="assertive" className="flex flex-col gap-2 empty:hidden">
        {sitting.messages.map((message) => (
          <div key={message.id} className="panel !border-accent flex flex-wrap items-center gap-3 px-3.5 py-2.5">
            <p className="min-w-0 flex-1 whitespace-pre-wrap">
              <span className="font-[600]">Proctor:</span> {message.text}
            </p>
            <Button tone="primary" onClick={() => void sitting.acknowledge(message.id)}>
              I have read this
            </Button>
          </div>
        ))}
      </section>
      {problem && <Notice tone="warn" title={problem} />}
      {ended ? (
        <main className="panel p-5">
          <h2 className="text-[19px] font-[620]">{ended}</h2>
          <p className="mt-1 text-muted">
            {done} of {paper.questions.length} questions answered. You may close this page.
          </p>
        </main>
      ) : (
        <main className="flex flex-col gap-4">
          {paused && (
            <div role="alertdialog" aria-label="Exam paused" className="panel !border-warn p-5">
              <h2 className="text-[19px] font-[620]">
                {standing.state === "PAUSED" ? "Your exam is paused." : "Your exam is locked."}
              </h2>
              <p className="mt-1">
                Your clock is stopped, and you get this time back.{" "}
                {standing.state === "PAUSED" ? "Please wait. It resumes automatically." : "A proctor comes to you."}
              </p>
            </div>
          )}
          {timeUp && <Notice tone="warn" title="Time is up. What you have answered is being saved." />}
          <Help hands={sitting.hands} hand={sitting.hand} />
          <ol className="flex flex-col gap-4" {...(paused || timeUp ? INERT : {})} hidden={paused}>
            <ImagesFrom value={sitting.image}>
              {paper.questions.map((question, index) => (
                <Question
                  key={question.id}
                  number={index + 1}
                  question={question}
                  given={sitting.answers.get(question.id) ?? null}
                  onAnswer={(given, typing) => sitting.answer(question.id, given, typing)}
                />
              ))}
            </ImagesFrom>
          </ol>
          {!paused && !timeUp && <Submit done={done} of={paper.questions.length} submit={sitting.submit} />}
        </main>
      )}
    </>
  );
}

function Submit({ done, of, submit }: { done: number; of: number; submit: () => Promise<void> }) {
  const [asked, setAsked] = useState(false);
  if (!asked)
    return (
      <div>
        <Button tone="primary" onClick={() => setAsked(true)}>
          Submit exam
        </Button>
      </div>
    );
  return (
    <div className="panel flex flex-wrap items-center gap-3 p-3.5">
      <p className="flex-1">
        {done} of {of} questions answered. After you submit, nothing can be changed.
      </p>
      <Button onClick={() => setAsked(false)}>Go back</Button>
      <Button tone="primary" onClick={() => void submit()}>
        Submit now
      </Button>
    </div>
  );
}
