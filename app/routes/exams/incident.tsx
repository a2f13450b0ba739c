import { Link, useLoaderData } from "@remix-run/react";
import { protectedAction, protectedLoader } from "~/access/page.server.ts";
import { may } from "~/access/policy.ts";
import {
  clearExplained,
  extraTimeForIncident,
  previewClearing,
  incidentImpact,
  undoClearing,
} from "~/examday/incident-impact.server.ts";
import { SIGNALS, type SignalType } from "~/domains/integrity/signals.ts";
import { State } from "~/resources/cell.tsx";
import { count, plural, seconds } from "~/platform/format.ts";
import { Badge } from "~/ui/feedback/badge.tsx";
import { Empty } from "~/ui/feedback/empty.tsx";
import { LinkButton } from "~/ui/form/link-button.tsx";
import { Form, Input, Submit } from "~/ui/form/form.tsx";
import { Page } from "~/ui/layout/page.tsx";
import { Figure, Figures, Panel, WithAside } from "~/ui/layout/panel.tsx";
import { useLive } from "~/ui/live.ts";
import { Clock } from "~/ui/time/time.tsx";

type Shown = { incident: { number: number } };
export const handle = {
  crumbs: (data: Shown | undefined) => [
    { label: "Exams", to: "/exams" },
    { label: data ? `Incident ${data.incident.number}` : "Incident" },
  ],
};
export const meta = ({ data }: { data?: Shown }) => [{ title: `Incident ${data?.incident.number ?? ""} · Invigil` }];
export { revalidateAfterConflict as shouldRevalidate } from "~/ui/revalidate-after-conflict.ts";

const numberOf = (params: Record<string, string | undefined>) =>
  /^\d{1,9}$/.test(params["number"] ?? "") ? Number(params["number"]) : 0;

export const loader = protectedLoader("readiness.read", async ({ ctx, params }) => {
  const number = numberOf(params) || 2_147_483_647;
  const touched = await incidentImpact({ ctx, input: { number } });
  return { ...touched, preview: await previewClearing(ctx, number), role: ctx.actor.role, now: ctx.clock.now() };
});

export const action = protectedAction("readiness.read", async ({ ctx, form, params }) => {
  const number = numberOf(params);
  switch (form.intent("time", "undo", "clear")) {
    case "time": {
      const done = await extraTimeForIncident({ ctx, input: { number, minutes: form.get("minutes"), again: form.has("again") } });
      return {
        message: `${plural(done.students, "student")} in ${plural(done.exams, "exam")} ${done.students === 1 ? "has" : "have"} more time.`,
      };
    }
    case "undo": {
      const done = await undoClearing(ctx, number);
      return {
        message: `Undone: ${plural(done.signals, "signal")} count again, ${plural(done.reviewsBack, "review")} came back.`,
      };
    }
    case "clear": {
      const done = await clearExplained(ctx, number);
      return {
        message: `${plural(done.signals, "signal")} of ${plural(done.attempts, "attempt")} are explained and no longer count; ${plural(done.reviewsLeft, "review")} left the queue.`,
      };
    }
  }
});

export default function ExamIncident() {
  const { incident, exams, attempts, writing, preview, role, now } = useLoaderData<typeof loader>();
  const open = incident.to_at === null;
  // Until it has ended; what it would explain is asked once.
  useLive(open);
  const explained = exams.reduce((sum, exam) => sum + exam.explained, 0);
  const end = incident.to_at ?? new Date(now);
  return (
    <Page
      title={
        open ? `Incident ${incident.number} is under way: ${incident.title}` : `Incident ${incident.number}: ${incident.title}`
      }
      badge={open ? <Badge tone="bad">Open</Badge> : <Badge tone="ok">Resolved</Badge>}
      context={
        <>
          <Clock at={incident.from_at} withDay withSeconds /> to{" "}
          {incident.to_at ? <Clock at={incident.to_at} withSeconds /> : "now"}: its effect on exams, and what the students are
          owed.
        </>
      }
      actions={
        may(role, "database.read") && <LinkButton to={`/database/incidents/${incident.number}`}>View in database</LinkButton>
      }
    >
      <Figures>
        <Figure
          label={open ? "Lasts" : "Lasted"}
          value={seconds((new Date(end).getTime() - new Date(incident.from_at).getTime()) / 1000)}
        />
        <Figure
          label="Affected exams"
          value={count(exams.length)}
          note={plural(new Set(exams.map((exam) => exam.college_id)).size, "tenant")}
        />
        <Figure label="Affected attempts" value={count(attempts)} note={`${count(writing)} still writing`} />
        <Figure
          label="Signals explained"
          value={count(explained)}
          note={
            preview === null
              ? open
                ? "more is known once it is resolved"
                : undefined
              : preview.signals > 0
                ? `${count(preview.signals)} more could be`
                : "none left to explain"
          }
        />
      </Figures>
      <WithAside
        aside={
          <>
            {may(role, "exams.operate") && (
              <Panel title="Give time to affected students">
                {writing === 0 ? (
                  <p className="text-muted">No affected student is still in the exam.</p>
                ) : (
                  <Form intent="time">
                    <p className="text-muted">
                      For {plural(writing, "student")} in {plural(exams.filter((exam) => exam.writing > 0).length, "exam")}. The
                      incident is recorded as the reason.
                    </p>
                    <Input label="Minutes" name="minutes" inputMode="numeric" defaultValue={5} />
                    {exams.some((exam) => exam.given > 0) && (
                      <label className="flex gap-2">
                        <input type="checkbox" name="again" className="accent-(--accent)" /> Also where time was already given
                      </label>
                    )}
                    <Submit busy="Giving…">Give time</Submit>
                  </Form>
                )}
              </Panel>
            )}
            {may(role, "integrity.read") && (
              <Panel title="Explained signals">
                {preview === null ? (
                  <p className="text-muted">Known once the incident is resolved.</p>
                ) : (
                  <div className="flex flex-col gap-3">
                    {preview.signals > 0 ? (
                      <>
                        <ul>
                          {preview.byType.map((one) => (
                            <li key={one.type} className="flex justify-between">
                              <span>{SIGNALS[one.type as SignalType]?.label ?? one.type}</span>
                              <span className="tabular-nums">{count(one.count)}</span>
                            </li>
                          ))}
                        </ul>
                        <p className="text-muted">
                          In {plural(preview.attempts, "attempt")}; {plural(preview.reviewsLeft, "review")} would leave the queue.
                          Signals such as faces and pastes are never explained.
                        </p>
                        {may(role, "integrity.review") && (
                          <Form intent="clear">
                            <Submit busy="Clearing…">Clear {plural(preview.signals, "signal")} together</Submit>
                          </Form>
                        )}
                      </>
                    ) : (
                      <p className="text-muted">
                        {explained > 0 ? "Everything it can explain is cleared." : "It explains no signal."}
                      </p>
                    )}
                    {explained > 0 && may(role, "integrity.review") && (
                      <Form intent="undo">
                        <Submit tone="plain">Undo: let {plural(explained, "signal")} count again</Submit>
                      </Form>
                    )}
                  </div>
                )}
              </Panel>
            )}
          </>
        }
      >
        <Panel title="Affected exams" flush>
          {exams.length === 0 ? (
            <Empty title="No exam was under way">No student is owed anything for it.</Empty>
          ) : (
            <table className="rows">
              <thead>
                <tr>
                  <th>Exam</th>
                  <th className="max-md:hidden">Tenant</th>
                  <th>State</th>
                  <th className="num">Attempts</th>
                  <th className="num max-md:hidden">Writing</th>
                  <th className="num max-md:hidden">Explained</th>
                  <th>More time</th>
                </tr>
              </thead>
              <tbody>
                {exams.map((exam) => (
                  <tr key={exam.id}>
                    <td className="max-w-[260px] truncate">
                      {may(role, "exams.read") ? (
                        <Link
                          to={`/exams/${exam.id}/${exam.status === "LIVE" ? "live" : "attempts"}`}
                          className="font-[560] hover:underline"
                        >
                          {exam.title}
                        </Link>
                      ) : (
                        <span className="font-[560]">{exam.title}</span>
                      )}
                    </td>
                    <td className="max-w-[180px] truncate text-muted max-md:hidden">{exam.college}</td>
                    <td>
                      <State value={exam.status} />
                    </td>
                    <td className="num">{count(exam.attempts)}</td>
                    <td className="num max-md:hidden">{count(exam.writing)}</td>
                    <td className="num max-md:hidden">{count(exam.explained)}</td>
                    <td>{exam.given > 0 ? <Badge tone="ok">Given</Badge> : <span className="text-faint">–</span>}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          )}
        </Panel>
      </WithAside>
    </Page>
  );
}
