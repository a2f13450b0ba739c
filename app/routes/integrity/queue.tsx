import { Link, useLoaderData, useSearchParams } from "@remix-run/react";
import { protectedAction, protectedLoader, redirect } from "~/access/page.server.ts";
import { may } from "~/access/policy.ts";
import { claimNext } from "~/domains/integrity/review/claim.server.ts";
import { myConflicts, withdrawConflict } from "~/domains/integrity/review/conflicts.server.ts";
import { restsOnEarlierMethod } from "~/domains/integrity/collusion/method.ts";
import { QUEUE_VIEWS } from "~/domains/integrity/machine.ts";
import { queueCounts, reviewQueue } from "~/domains/integrity/review/queue.server.ts";
import { sayReasons } from "~/domains/integrity/score/score.ts";
import { EVIDENCE, SIGNALS } from "~/domains/integrity/signals.ts";
import { ago, count, plural } from "~/platform/format.ts";
import { Badge } from "~/ui/feedback/badge.tsx";
import { Empty, Notice } from "~/ui/feedback/empty.tsx";
import { LinkButton, ViewLink } from "~/ui/form/link-button.tsx";
import { Form, Submit } from "~/ui/form/form.tsx";
import { useRefusal } from "~/ui/form/result.ts";
import { Page } from "~/ui/layout/page.tsx";
import { Panel } from "~/ui/layout/panel.tsx";
import { useLive } from "~/ui/live.ts";
import { Ago } from "~/ui/time/time.tsx";
import { ReviewBadge } from "../exams/state.tsx";
import { useShortcut } from "./keys.ts";
import { MyConflicts } from "./my-conflicts.tsx";
import { UndoBar } from "./undo-bar.tsx";

export const handle = { crumbs: () => [{ label: "Integrity" }, { label: "Review" }] };
export const meta = () => [{ title: "Review · Invigil" }];
export { revalidateAfterConflict as shouldRevalidate } from "~/ui/revalidate-after-conflict.ts";

const VIEW_LABELS: Record<(typeof QUEUE_VIEWS)[number], string> = {
  open: "Open",
  second: "Needs a second reviewer",
  mine: "Mine",
  decided: "Decided",
};

export const loader = protectedLoader("integrity.read", async ({ ctx, url }) => {
  const asked = url.searchParams.get("view") as (typeof QUEUE_VIEWS)[number] | null;
  const view = asked && QUEUE_VIEWS.includes(asked) ? asked : "open";
  const least = Number(url.searchParams.get("least") ?? 0);
  const [queue, counts] = await Promise.all([
    reviewQueue({
      ctx,
      input: {
        view,
        least: Number.isInteger(least) && least >= 0 && least <= 100 ? least : 0,
        signal: url.searchParams.get("signal") || undefined,
        examId: url.searchParams.get("exam") || undefined,
        cursor: url.searchParams.get("cursor") || undefined,
      },
    }),
    queueCounts({ ctx, input: {} }),
  ]);
  const conflicts = may(ctx.actor.role, "integrity.review") ? await myConflicts({ ctx, input: {} }) : [];
  return { ...queue, counts, conflicts, view, role: ctx.actor.role, now: ctx.clock.now() };
});

export const action = protectedAction("integrity.review", async ({ ctx, form }) => {
  if (form.intent("withdraw", "next", "") === "withdraw") {
    await withdrawConflict({ ctx, input: { id: form.get("id") } });
    return redirect("/integrity");
  }
  const next = await claimNext({ ctx, input: {} });
  return redirect(`/integrity/attempts/${next.attemptId}`);
});

const CHOICES = [
  ...Object.entries(EVIDENCE).map(([type, spec]) => ({ type, label: spec.label })),
  ...Object.entries(SIGNALS)
    .filter(([, spec]) => spec.points > 0)
    .map(([type, spec]) => ({ type, label: spec.label })),
];

export default function Queue() {
  const { rows, next, counts, conflicts, view, role, now } = useLoaderData<typeof loader>();
  const refusal = useRefusal();
  const [params] = useSearchParams();
  useShortcut({ n: "[data-next]" });
  // Others claim and decide meanwhile.
  useLive(true, 15_000);
  const reviewer = may(role, "integrity.review");
  const exam = params.get("exam");
  const more = new URLSearchParams(params);
  if (next) more.set("cursor", next);
  return (
    <Page
      title={
        counts.open === 0
          ? "No attempts to review"
          : `${plural(counts.open, "attempt is waiting", "attempts are waiting")} for review`
      }
      context={
        counts.open === 0
          ? "Attempts appear here when their risk reaches the threshold of their exam."
          : `The oldest has waited ${counts.oldest ? ago(new Date(counts.oldest), new Date(now)).replace(" ago", "") : "a moment"}. ${counts.second > 0 ? `${plural(counts.second, "needs", "need")} a second reviewer.` : "None needs a second reviewer yet."}`
      }
      actions={
        reviewer && (
          <Form className="contents">
            <Submit data-next="" busy="Claiming…">
              Next attempt <kbd className="rounded border border-current/40 px-1 text-[10.5px]">N</kbd>
            </Submit>
          </Form>
        )
      }
    >
      <UndoBar now={now} />
      {refusal && <Notice tone="warn" title={refusal.message} />}
      <Panel flush>
        <div className="flex flex-wrap items-end gap-2 px-3.5 py-2.5">
          <nav aria-label="Filter reviews" className="flex flex-wrap gap-1">
            {QUEUE_VIEWS.filter((one) => one !== "mine" || reviewer).map((one) => (
              <ViewLink key={one} to={`?view=${one}${exam ? `&exam=${exam}` : ""}`} shown={view === one}>
                {VIEW_LABELS[one]}
                {one === "mine" && counts.mine > 0 && <span className="text-muted tabular-nums">{counts.mine}</span>}
                {one === "second" && counts.second > 0 && <span className="text-muted tabular-nums">{counts.second}</span>}
              </ViewLink>
            ))}
            {exam && (
              <LinkButton className="!min-h-7" to={`?view=${view}`} title="Show every exam">
                Only {rows[0]?.exam ?? "one exam"} <span aria-hidden>×</span>
                <span className="sr-only">: show every exam</span>
              </LinkButton>
            )}
          </nav>
          <form method="get" className="ml-auto flex flex-wrap items-center gap-2">
            <input type="hidden" name="view" value={view} />
            {exam && <input type="hidden" name="exam" value={exam} />}
            <label className="sr-only" htmlFor="queue-signal">
              With this signal
            </label>
            <select id="queue-signal" name="signal" defaultValue={params.get("signal") ?? ""} className="input !w-52">
              <option value="">Any signal</option>
              {CHOICES.map((one) => (
                <option key={one.type} value={one.type}>
                  {one.label}
                </option>
              ))}
            </select>
            <label className="sr-only" htmlFor="queue-least">
              Risk at least
            </label>
            <input
              id="queue-least"
              name="least"
              type="number"
              min={0}
              max={100}
              defaultValue={params.get("least") ?? ""}
              placeholder="Risk from"
              className="input !w-24"
            />
            <button className="control">Filter</button>
          </form>
        </div>
        {rows.length === 0 ? (
          <Empty title={view === "mine" ? "You have claimed no review" : "Not found"}>
            {reviewer && view !== "decided"
              ? "“Next attempt” claims the one with the highest risk that you may review."
              : "No review matches."}
          </Empty>
        ) : (
          <table className="rows">
            <thead>
              <tr>
                <th className="num">Risk</th>
                <th>Candidate</th>
                <th className="hidden md:table-cell">Exam</th>
                <th className="hidden lg:table-cell">Why</th>
                <th>State</th>
                <th className="hidden sm:table-cell">Waiting since</th>
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => {
                const why = row.reasons.filter((reason) => reason.points > 0).slice(0, 3);
                return (
                  <tr key={row.id} className={row.bar ? "text-muted" : ""}>
                    <td className={`num font-[600] ${row.score >= 70 ? "text-bad" : ""}`}>{row.score}</td>
                    <td>
                      <Link to={`/integrity/attempts/${row.attempt_id}`} className="font-[560] whitespace-nowrap hover:underline">
                        Candidate {row.candidate_no}
                      </Link>
                    </td>
                    <td className="hidden max-w-[260px] truncate md:table-cell">
                      {row.exam} <span className="text-muted">· {row.college}</span>
                    </td>
                    <td className="hidden max-w-[420px] truncate lg:table-cell">
                      {sayReasons(why) || <span className="text-muted">Nothing that still counts</span>}
                    </td>
                    <td>
                      {row.claimed === "mine" ? (
                        <Badge tone="accent">Yours</Badge>
                      ) : row.claimed === "other" ? (
                        <Badge>In review</Badge>
                      ) : row.bar === "conflict" || row.bar === "teaches" ? (
                        <Badge>Not yours to review</Badge>
                      ) : row.bar === "decided" && view !== "decided" ? (
                        <Badge>Someone else is next</Badge>
                      ) : (
                        <ReviewBadge state={row.state} />
                      )}
                      {["VIOLATION", "APPEALED"].includes(row.state) && restsOnEarlierMethod(row.reasons) && (
                        <Badge tone="warn">Decided on the earlier method</Badge>
                      )}
                    </td>
                    <td className="hidden sm:table-cell">
                      <Ago at={row.since} />
                    </td>
                  </tr>
                );
              })}
            </tbody>
          </table>
        )}
        {next && (
          <div className="border-t px-3.5 py-2.5">
            <Link to={`?${more.toString()}`} className="link">
              Next {count(50)}
            </Link>
          </div>
        )}
      </Panel>
      <MyConflicts list={conflicts} />
    </Page>
  );
}
