import type { Switchover, SwitchoverStatus } from "~/examday/switchover/switchover.ts";
import { plural } from "~/platform/format.ts";
import { Badge, type Tone } from "~/ui/feedback/badge.tsx";
import { Form, Submit } from "~/ui/form/form.tsx";
import { Clock } from "~/ui/time/time.tsx";

const LABELS: Record<SwitchoverStatus, [Tone, string]> = {
  WAITING: ["warn", "Waits for a second person"],
  RUNNING: ["warn", "Running"],
  DONE: ["ok", "Done"],
  FAILED: ["bad", "Failed"],
  NOT_KNOWN: ["bad", "Outcome not known"],
  WITHDRAWN: ["neutral", "Withdrawn"],
  EXPIRED: ["neutral", "Nobody agreed in time"],
};

const touched = (one: Switchover) =>
  one.live_exams === 0
    ? "No exam was running."
    : `${plural(one.live_exams, "exam")} running or about to, ${plural(one.sitting, "student")} writing.`;

/** One that was asked for during an exam: someone else agrees, or anybody says no. */
export function WaitingSwitchover({ asked, me, mayAct }: { asked: Switchover; me: string | null; mayAct: boolean }) {
  const [tone, label] = LABELS[asked.state];
  const waits = asked.state === "WAITING";
  return (
    <section aria-label="Open switchover" className="mt-3 rounded-control bg-warn-soft p-3">
      <p>
        <Badge tone={tone}>{label}</Badge> {asked.asked_name} asked to switch over from {asked.leader} to {asked.candidate}:{" "}
        {asked.reason}. {touched(asked)}{" "}
        {waits && (
          <>
            It ends by itself at <Clock at={asked.expires_at} />.
          </>
        )}
      </p>
      {waits && mayAct && (
        <div className="mt-2 flex flex-wrap gap-2">
          {asked.asked_by === me ? (
            <span className="self-center text-muted">Someone else has to agree.</span>
          ) : (
            <Form intent="agree" about={{ id: asked.id }}>
              <Submit tone="danger" busy="Switching over…">
                Agree and switch over
              </Submit>
            </Form>
          )}
          <Form intent="withdraw" about={{ id: asked.id }}>
            <Submit tone="plain" busy="Withdrawing…">
              Withdraw
            </Submit>
          </Form>
        </div>
      )}
    </section>
  );
}

/** What was asked for from here, and what came of it. */
export function SwitchoverLedger({ asked }: { asked: readonly Switchover[] }) {
  if (asked.length === 0) return null;
  return (
    <div className="mt-4">
      <h3 className="mb-1 font-[560]">Switchovers from this console</h3>
      <ul className="flex flex-col gap-1.5">
        {asked.map((one) => {
          const [tone, label] = LABELS[one.state];
          return (
            <li key={one.id}>
              <Badge tone={tone}>{label}</Badge> <Clock at={one.asked_at} withDay />: {one.leader} to {one.candidate}, by{" "}
              {one.asked_name}
              {one.agreed_name && ` and ${one.agreed_name}`}. {one.outcome}{" "}
              <span className="text-muted">
                {one.reason}. {touched(one)}
              </span>
            </li>
          );
        })}
      </ul>
    </div>
  );
}
