import { Link, useLoaderData } from "@remix-run/react";
import { protectedAction, protectedLoader } from "~/access/page.server.ts";
import { may } from "~/access/policy.ts";
import { comparePair } from "~/domains/integrity/collusion/compare.server.ts";
import { examCollusion } from "~/domains/integrity/evidence/findings.server.ts";
import { requestAnalysis } from "~/domains/integrity/evidence/request.server.ts";
import { sayExpected } from "~/domains/integrity/score/score.ts";
import { count, plural } from "~/platform/format.ts";
import { Empty } from "~/ui/feedback/empty.tsx";
import { Form, Submit } from "~/ui/form/form.tsx";
import { useDone } from "~/ui/form/result.ts";
import { Page } from "~/ui/layout/page.tsx";
import { Figure, Figures, Panel } from "~/ui/layout/panel.tsx";
import { useLive } from "~/ui/live.ts";
import { Ago } from "~/ui/time/time.tsx";
import { Method, oneIn } from "../integrity/method.tsx";
import { PairTimeline } from "../integrity/pair-timeline.tsx";
import { Sheets, sayPair } from "../integrity/sheets.tsx";
import { Bars } from "./bars.tsx";
import { ExamBadge, ReviewBadge } from "./state.tsx";
import { HonestCheck } from "./honest-check.tsx";
import { PairTable } from "./pair-table.tsx";
import { RingGraph } from "./ring-graph.tsx";
import { SetAside } from "./set-aside.tsx";
import { examHandle, examTabs } from "./tabs.ts";

export const handle = examHandle("Collusion");
export const meta = () => [{ title: "Collusion · Invigil" }];

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export const loader = protectedLoader("integrity.read", async ({ ctx, params, url }) => {
  const examId = params["id"] ?? "";
  const found = await examCollusion({ ctx, input: { examId } });
  const [a, b] = (url.searchParams.get("pair") ?? "").split("_");
  const top = found.pairs[0];
  const ends = a && b && UUID.test(a) && UUID.test(b) ? [a, b] : top ? [top.a.id, top.b.id] : null;
  const comparison = ends ? await comparePair({ ctx, input: { examId, a: ends[0]!, b: ends[1]! } }) : null;
  const first = ends
    ? [...found.pairs.flatMap((pair) => [pair.a, pair.b]), ...found.members].find((one) => one.id === ends[0])?.no
    : undefined;
  return { ...found, comparison, first: first ?? null, chosen: ends?.join("_") ?? null, role: ctx.actor.role };
});

export const action = protectedAction("exams.operate", async ({ ctx, params }) => {
  await requestAnalysis({ ctx, input: { examId: params["id"] ?? "" } });
  return { message: "Being computed. It appears here in a few seconds." };
});

export default function Collusion() {
  const { exam, summary, pairs, members, leftOut, comparison, first, chosen, role } = useLoaderData<typeof loader>();
  const done = useDone<typeof action>();
  const numbers = new Map(members.map((member) => [member.id, member]));
  const ended = ["CLOSED", "GRADED", "PUBLISHED"].includes(exam.status);
  // It appears by itself: first computed, or computed again because someone asked.
  useLive((ended && !summary) || done !== undefined, 4000);
  const rings = summary?.rings ?? [];
  const top = pairs[0];
  return (
    <Page
      title={
        summary && !summary.silent
          ? rings.length === 0
            ? "No pair stands out"
            : `${plural(rings.length, "group", "groups")} of candidates whose answers agree more than chance allows`
          : exam.title
      }
      badge={<ExamBadge status={exam.status} />}
      context={
        summary ? (
          <>
            {exam.title}: all {count(summary.pairs)} pairs of {plural(summary.students, "candidate")} over{" "}
            {plural(summary.items, "closed question")}, computed <Ago at={summary.computedAt} />. Agreement is evidence to weigh,
            not a verdict.
          </>
        ) : (
          exam.title
        )
      }
      tabs={examTabs(exam.id, role)}
      actions={
        ended && (
          <>
            <a className="control" href={`/exams/${exam.id}/compliance/pdf`} download>
              Compliance file
            </a>
            <a className="control" href={`/exams/${exam.id}/compliance/json`} download>
              JSON
            </a>
            {may(role, "exams.operate") && (
              <Form className="contents">
                <Submit tone="plain">Recompute</Submit>
              </Form>
            )}
          </>
        )
      }
    >
      {!summary || summary.silent ? (
        <Panel>
          <Empty title={summary?.silent ?? (ended ? "Being computed" : "After the exam has closed")}>
            {ended && !summary
              ? "Answers are compared in the background when an exam has ended, usually within a minute."
              : "Answers are compared once no one is writing any more, so that no key is given away."}
          </Empty>
        </Panel>
      ) : (
        <>
          <Figures>
            <Figure
              label="Groups"
              value={count(rings.length)}
              note={rings.length > 0 ? `of ${rings.map((ring) => ring.length).join(", ")}` : "none above chance"}
              tone={rings.length > 0 ? "warn" : undefined}
            />
            <Figure
              label="Pairs that stand out"
              value={summary.cutAt ? `${count(summary.flagged)} or more` : count(summary.flagged)}
              note={`of ${count(summary.pairs)}; fewer than ${sayExpected(summary.limit ?? 0.05)} expected by chance`}
            />
            <Figure
              label="Most errors in common"
              value={count(Math.max(0, ...summary.histogram.map((bin) => bin.eeic)))}
              note={`of ${summary.items} questions`}
            />
            <Figure
              label="Least likely pair"
              value={top?.ring ? oneIn(top.log10p / 1000) : "–"}
              note={
                top ? `${sayExpected(top.expected / 1000)} as alike expected in this exam` : "no pair has three errors in common"
              }
            />
          </Figures>
          <div className={rings.length > 0 ? "grid items-start gap-4 lg:grid-cols-[300px_minmax(0,1fr)]" : ""}>
            {rings.length > 0 && (
              <div className="flex flex-col gap-4">
                {rings.slice(0, 9).map((ring, index) => (
                  <Panel key={ring[0]} title={`Group ${index + 1}: ${plural(ring.length, "candidate")}`}>
                    <RingGraph
                      nodes={ring.map((id) => ({ id, label: String(numbers.get(id)?.no ?? "?") }))}
                      edges={pairs
                        .filter((pair) => pair.ring === index + 1)
                        .map((pair) => ({ a: pair.a.id, b: pair.b.id, weight: -pair.log10p / 1000 }))}
                    />
                    <ul className="mt-2 flex flex-col gap-1">
                      {ring.map((id) => (
                        <li key={id} className="flex items-center justify-between gap-2">
                          <Link to={`/integrity/attempts/${id}`} className="link">
                            Candidate {numbers.get(id)?.no}
                          </Link>
                          <ReviewBadge state={numbers.get(id)?.review ?? "NONE"} />
                        </li>
                      ))}
                    </ul>
                  </Panel>
                ))}
              </div>
            )}
            <div className="flex min-w-0 flex-col gap-4">
              {comparison && (
                <Panel
                  id="side-by-side"
                  title={`Candidate ${first ?? ""} beside candidate ${comparison.other.candidateNo}`}
                  aside={<Method />}
                >
                  <p className="mb-3 max-w-[110ch]">{sayPair(comparison)}</p>
                  <Sheets comparison={comparison} first={`Candidate ${first ?? ""}`} />
                  <PairTimeline comparison={comparison} own={first ?? ""} />
                </Panel>
              )}
              <Panel title="Errors in common, over all pairs">
                <Bars
                  label="Pairs by number of identical wrong answers"
                  height={110}
                  bars={summary.histogram.map((bin) => ({
                    label: `${bin.eeic} identical wrong answers`,
                    tick: `${bin.eeic}`,
                    value: bin.pairs,
                  }))}
                />
                {summary.least > 1 && (
                  <p className="mt-2 text-[12px] text-muted">
                    Pairs with fewer than {summary.least} are not counted one by one in an exam of this size.
                  </p>
                )}
              </Panel>
            </div>
          </div>
          <HonestCheck {...summary} />
          <SetAside
            leftOut={leftOut}
            cutAt={summary.cutAt ?? null}
            patterned={(summary.patterned ?? []).map((one) => ({ ...one, no: numbers.get(one.attempt)?.no ?? null }))}
          />
          <PairTable title="Pairs that stand out" pairs={pairs.filter((pair) => pair.ring !== null)} chosen={chosen} />
          <PairTable
            title="Weaker, only because it touches a flagged group"
            pairs={pairs.filter((pair) => pair.ring === null && pair.near !== null)}
            chosen={chosen}
          />
          <PairTable
            title="Most alike of the others"
            pairs={pairs.filter((pair) => pair.ring === null && pair.near === null)}
            chosen={chosen}
          />
        </>
      )}
    </Page>
  );
}
