import { Link, useLoaderData, useSearchParams } from "@remix-run/react";
import { protectedLoader } from "~/access/page.server.ts";
import { may } from "~/access/policy.ts";
import { listAttempts } from "~/domains/exams/attempts.server.ts";
import { ATTEMPT_STATES, type AttemptState } from "~/domains/exams/machine.ts";
import { count, decimal, plural } from "~/platform/format.ts";
import { words } from "~/platform/machine.ts";
import { Empty } from "~/ui/feedback/empty.tsx";
import { ViewLink } from "~/ui/form/link-button.tsx";
import { Page } from "~/ui/layout/page.tsx";
import { Panel } from "~/ui/layout/panel.tsx";
import { Clock } from "~/ui/time/time.tsx";
import { AttemptBadge, ExamBadge, ReviewBadge } from "./state.tsx";
import { examHandle, examTabs } from "./tabs.ts";

export const handle = examHandle("Attempts");
export const meta = () => [{ title: "Attempts · Invigil" }];

export const loader = protectedLoader("exams.read", async ({ ctx, params, url }) => ({
  ...(await listAttempts({
    ctx,
    input: {
      examId: params["id"] ?? "",
      state: (url.searchParams.get("state") as AttemptState | null) ?? undefined,
      flagged: url.searchParams.get("flagged") === "1",
      cursor: url.searchParams.get("cursor") ?? undefined,
    },
  })),
  role: ctx.actor.role,
}));

export default function Attempts() {
  const { exam, named, attempts, next, role } = useLoaderData<typeof loader>();
  const [params] = useSearchParams();
  const changed = (changes: Record<string, string | null>) => {
    const to = new URLSearchParams(params);
    to.delete("cursor");
    for (const [name, value] of Object.entries(changes))
      if (value === null) to.delete(name);
      else to.set(name, value);
    return `?${to.toString()}`;
  };
  const state = params.get("state");
  const flagged = params.get("flagged") === "1";
  const open = may(role, "integrity.read");
  return (
    <Page
      title={exam.title}
      badge={<ExamBadge status={exam.status} />}
      context={
        named
          ? "By risk. A flag means “look”, never “guilty”."
          : "By risk. Candidates are numbers: names are hidden until a decision."
      }
      tabs={examTabs(exam.id, role)}
    >
      <Panel flush>
        <nav aria-label="Filter attempts" className="flex flex-wrap gap-1 px-3.5 py-2.5">
          <ViewLink
            to={changed({ flagged: flagged ? null : "1" })}
            shown={flagged}
            aria-current={undefined}
            aria-pressed={flagged}
            role="button"
          >
            Suspicious only
          </ViewLink>
          <ViewLink to={changed({ state: null })} shown={!state}>
            Any state
          </ViewLink>
          {ATTEMPT_STATES.map((one) => (
            <ViewLink key={one} to={changed({ state: one })} shown={state === one}>
              {words(one)}
            </ViewLink>
          ))}
        </nav>
        {attempts.length === 0 ? (
          <Empty title="No attempts">Attempts appear as students start.</Empty>
        ) : (
          <table className="rows">
            <thead>
              <tr>
                <th>{named ? "Student" : "Candidate"}</th>
                <th>State</th>
                <th className="hidden md:table-cell">Started</th>
                <th className="num hidden sm:table-cell">Answered</th>
                <th className="num hidden md:table-cell">Score</th>
                <th className="num">Risk</th>
                <th className="num hidden sm:table-cell">Flagged signals</th>
                <th className="hidden sm:table-cell">Review</th>
              </tr>
            </thead>
            <tbody>
              {attempts.map((attempt) => {
                const label = attempt.name ?? `Candidate ${attempt.candidate_no}`;
                return (
                  <tr key={attempt.id}>
                    <td>
                      {open ? (
                        <Link to={`/integrity/attempts/${attempt.id}`} className="font-[560] hover:underline">
                          {label}
                        </Link>
                      ) : (
                        label
                      )}
                    </td>
                    <td>
                      <AttemptBadge state={attempt.state} />
                    </td>
                    <td className="hidden md:table-cell">
                      <Clock at={attempt.started_at} />
                    </td>
                    <td className="num hidden sm:table-cell">{count(attempt.answered)}</td>
                    <td className="num hidden md:table-cell">
                      {attempt.state === "GRADED" || attempt.state === "WITHHELD" || attempt.state === "ZEROED" ? (
                        `${decimal(attempt.score / 100, attempt.score % 100 ? 2 : 0)} of ${attempt.total_marks}`
                      ) : (
                        <span className="text-muted">–</span>
                      )}
                    </td>
                    <td className={`num ${attempt.risk >= exam.review_threshold ? "font-[560] text-warn" : ""}`}>
                      {attempt.risk}
                    </td>
                    <td className="num hidden sm:table-cell">
                      {attempt.violations > 0 ? plural(attempt.violations, "signal") : <span className="text-muted">–</span>}
                    </td>
                    <td className="hidden sm:table-cell">
                      <ReviewBadge state={attempt.review_state} />
                    </td>
                  </tr>
                );
              })}
            </tbody>
          </table>
        )}
        {next && (
          <div className="border-t px-3.5 py-2.5">
            <Link to={changed({ cursor: next })} className="link">
              Next 100
            </Link>
          </div>
        )}
      </Panel>
    </Page>
  );
}
