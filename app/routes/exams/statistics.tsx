import { useLoaderData } from "@remix-run/react";

import { protectedAction, protectedLoader } from "~/access/page.server.ts";
import { may } from "~/access/policy.ts";
import { examStatistics } from "~/domains/integrity/evidence/findings.server.ts";
import { requestAnalysis } from "~/domains/integrity/evidence/request.server.ts";
import { count, decimal, percent, plural } from "~/platform/format.ts";
import { Badge } from "~/ui/feedback/badge.tsx";
import { Empty } from "~/ui/feedback/empty.tsx";
import { Form, Submit } from "~/ui/form/form.tsx";
import { useDone } from "~/ui/form/result.ts";
import { Page } from "~/ui/layout/page.tsx";
import { Figure, Figures, Panel } from "~/ui/layout/panel.tsx";
import { useLive } from "~/ui/live.ts";
import { Ago } from "~/ui/time/time.tsx";
import { Bars } from "./bars.tsx";
import { ExamBadge } from "./state.tsx";
import { examHandle, examTabs } from "./tabs.ts";

export const handle = examHandle("Statistics");
export const meta = () => [{ title: "Statistics · Invigil" }];

export const loader = protectedLoader("exams.read", async ({ ctx, params }) => ({
  ...(await examStatistics({ ctx, input: { examId: params["id"] ?? "" } })),
  role: ctx.actor.role,
}));

export const action = protectedAction("exams.operate", async ({ ctx, params }) => {
  await requestAnalysis({ ctx, input: { examId: params["id"] ?? "" } });
  return { message: "Being computed. It appears here in a few seconds." };
});

const known = (value: number | null, digits = 2) =>
  value === null ? <span className="text-muted">–</span> : decimal(value, digits);

export default function Statistics() {
  const { exam, statistics, role } = useLoaderData<typeof loader>();
  const done = useDone<typeof action>();
  const d = statistics?.distribution ?? null;
  const flagged = statistics?.items.filter((item) => item.flags.length > 0).length ?? 0;
  const ended = ["CLOSED", "GRADED", "PUBLISHED"].includes(exam.status);
  // It appears by itself: first computed, or computed again because someone asked.
  useLive((ended && !statistics) || done !== undefined, 4000);
  return (
    <Page
      title={
        d
          ? `${decimal(d.mean)} % on average, ${flagged === 0 ? "no question stands out" : `${plural(flagged, "question needs", "questions need")} attention`}`
          : exam.title
      }
      badge={<ExamBadge status={exam.status} />}
      context={
        statistics ? (
          <>
            {exam.title}: {plural(statistics.attempts, "attempt")}, computed <Ago at={statistics.computedAt} />
            {statistics.unmarked > 0 && `; ${plural(statistics.unmarked, "question")} not marked yet, and in no figure here`}.
          </>
        ) : (
          exam.title
        )
      }
      tabs={examTabs(exam.id, role)}
      actions={
        ended &&
        may(role, "exams.operate") && (
          <Form className="contents">
            <Submit tone="plain">Recompute</Submit>
          </Form>
        )
      }
    >
      {!statistics || !d ? (
        <Panel>
          <Empty title={ended ? (statistics ? "No attempts" : "Being computed") : "After the exam has closed"}>
            {ended
              ? "Statistics are computed in the background when an exam has ended, usually within a minute."
              : "Statistics over half of the answers would mislead."}
          </Empty>
        </Panel>
      ) : (
        <>
          <Figures>
            <Figure
              label="Average"
              value={decimal(d.mean)}
              unit="%"
              note={`median ${decimal(d.median)} %, deviation ${decimal(d.deviation)}`}
            />
            <Figure label="Lowest and highest" value={`${decimal(d.min, 0)} – ${decimal(d.max, 0)}`} unit="%" />
            <Figure label="Passed" value={percent(d.passed / d.n)} note={`${count(d.passed)} of ${count(d.n)}`} />
            <Figure
              label="Cronbach's alpha"
              value={statistics.alpha === null ? "–" : decimal(statistics.alpha, 2)}
              note={
                statistics.alpha === null
                  ? "needs two questions and different scores"
                  : statistics.alpha >= 0.7
                    ? "the questions measure one thing"
                    : statistics.alpha >= 0.5
                      ? "the questions measure loosely related things"
                      : "the questions measure different things"
              }
              tone={statistics.alpha !== null && statistics.alpha < 0.5 ? "warn" : undefined}
            />
          </Figures>
          <div className="grid gap-4 lg:grid-cols-[minmax(0,2fr)_minmax(0,1fr)]">
            <Panel title="Score distribution">
              <Bars
                label="Attempts by percentage"
                bars={d.histogram.map((bin) => ({
                  label: `${bin.from} to ${bin.from + 5} %`,
                  tick: bin.from % 20 === 0 ? `${bin.from}` : "",
                  value: bin.count,
                }))}
              />
            </Panel>
            <Panel flush title="Bands">
              <table className="rows">
                <thead>
                  <tr>
                    <th>Percent</th>
                    <th className="num">Attempts</th>
                    <th className="num">Share</th>
                  </tr>
                </thead>
                <tbody>
                  {d.bands.map((band) => (
                    <tr key={band.label}>
                      <td>{band.label}</td>
                      <td className="num">{count(band.count)}</td>
                      <td className="num">{percent(band.share)}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </Panel>
          </div>
          <Panel
            flush
            title="Questions"
            aside="difficulty: share of marks earned; discrimination: correlation with the other questions"
          >
            <table className="rows">
              <thead>
                <tr>
                  <th className="num">No.</th>
                  <th>Question</th>
                  <th className="num">Difficulty</th>
                  <th className="num">Discrimination</th>
                  <th className="hidden sm:table-cell">Flags</th>
                </tr>
              </thead>
              <tbody>
                {statistics.items.map((item) => (
                  <tr key={item.id}>
                    <td className="num">{item.place}</td>
                    <td className="max-w-[460px]">
                      {item.distractors.length > 0 ? (
                        <details>
                          <summary className="truncate">{item.text}</summary>
                          <table className="my-2 w-full max-w-[560px] text-[12px]">
                            <thead>
                              <tr className="text-muted">
                                <th className="text-left font-normal">Option</th>
                                <th className="text-right font-normal">Chosen</th>
                                <th className="text-right font-normal">Best 27 %</th>
                                <th className="text-right font-normal">Weakest 27 %</th>
                                <th className="text-right font-normal">With the rest</th>
                              </tr>
                            </thead>
                            <tbody>
                              {item.distractors.map((row) => (
                                <tr key={row.label} className={row.correct ? "font-[560] text-ok" : ""}>
                                  <td className="!h-6 !border-0 !pl-0">
                                    {row.label} {row.correct && "key"}
                                  </td>
                                  <td className="num !h-6 !border-0">{percent(row.share)}</td>
                                  <td className="num !h-6 !border-0">{percent(row.upper)}</td>
                                  <td className="num !h-6 !border-0">{percent(row.lower)}</td>
                                  <td className="num !h-6 !border-0">{known(row.pointBiserial)}</td>
                                </tr>
                              ))}
                            </tbody>
                          </table>
                        </details>
                      ) : (
                        <span className="block truncate">{item.text}</span>
                      )}
                    </td>
                    <td className="num">{decimal(item.difficulty, 2)}</td>
                    <td className={`num ${item.discrimination !== null && item.discrimination < 0 ? "font-[560] text-bad" : ""}`}>
                      {known(item.discrimination)}
                    </td>
                    <td className="hidden sm:table-cell">
                      <span className="flex flex-wrap gap-1 py-1">
                        {item.flags.map((flag) => (
                          <Badge
                            key={flag}
                            tone={flag === "negative discrimination" || flag === "the key may be wrong" ? "bad" : "warn"}
                          >
                            {flag}
                          </Badge>
                        ))}
                      </span>
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </Panel>
        </>
      )}
    </Page>
  );
}
