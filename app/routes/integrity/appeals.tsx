import { Link, useLoaderData, useSearchParams } from "@remix-run/react";
import { protectedAction, protectedLoader } from "~/access/page.server.ts";
import { may } from "~/access/policy.ts";
import { appealable, decideAppeal, fileAppeal, listAppeals, withdrawAppeal } from "~/domains/integrity/appeals/appeals.server.ts";
import { plural } from "~/platform/format.ts";
import { Badge, type Tone } from "~/ui/feedback/badge.tsx";
import { Empty, Notice } from "~/ui/feedback/empty.tsx";
import { ViewLink } from "~/ui/form/link-button.tsx";
import { Form, Input, Select, Submit, Textarea } from "~/ui/form/form.tsx";
import { useRefusal } from "~/ui/form/result.ts";
import { Page } from "~/ui/layout/page.tsx";
import { Panel, WithAside } from "~/ui/layout/panel.tsx";
import { Ago, Clock } from "~/ui/time/time.tsx";

export const handle = { crumbs: () => [{ label: "Integrity", to: "/integrity" }, { label: "Appeals" }] };
export const meta = () => [{ title: "Appeals · Invigil" }];
export { revalidateAfterConflict as shouldRevalidate } from "~/ui/revalidate-after-conflict.ts";

export const loader = protectedLoader("appeals.read", async ({ ctx, url }) => {
  const status = url.searchParams.get("view") === "decided" ? "DECIDED" : "OPEN";
  return {
    appeals: await listAppeals({ ctx, input: { status } }),
    candidates: may(ctx.actor.role, "appeals.file") ? await appealable({ ctx, input: {} }) : [],
    status,
    role: ctx.actor.role,
    now: ctx.clock.now(),
  };
});

export const action = protectedAction("appeals.read", async ({ ctx, form }) => {
  switch (form.intent("file", "withdraw", "decide")) {
    case "file":
      await fileAppeal({ ctx, input: { reviewId: form.get("reviewId"), statement: form.get("statement") } });
      return { message: "Appeal filed. Someone who has not decided on the attempt will decide it." };
    case "withdraw":
      await withdrawAppeal({ ctx, input: { appealId: form.get("appealId"), reason: form.get("reason") } });
      return { message: "Appeal withdrawn. The decision stands." };
    case "decide": {
      const outcome = form.get("outcome") === "UPHELD" ? "UPHELD" : "DISMISSED";
      await decideAppeal({ ctx, input: { appealId: form.get("appealId"), outcome, note: form.get("note") } });
      return {
        message:
          outcome === "UPHELD"
            ? "Upheld. Everything that was withheld is restored, and the student is notified."
            : "Dismissed. The violation stands.",
      };
    }
  }
});

const STATUS: Record<string, [string, Tone]> = {
  OPEN: ["Open", "warn"],
  UPHELD: ["Upheld", "ok"],
  DISMISSED: ["Dismissed", "neutral"],
  EXPIRED: ["Withdrawn", "neutral"],
};

export default function Appeals() {
  const { appeals, candidates, status, role, now } = useLoaderData<typeof loader>();
  const refusal = useRefusal();
  const [params] = useSearchParams();
  const late = appeals.filter((appeal) => appeal.status === "OPEN" && new Date(appeal.deadline_at) < new Date(now)).length;
  const decides = may(role, "appeals.decide");
  const files = may(role, "appeals.file");
  const list = (
    <div className="flex flex-col gap-4">
      {appeals.length === 0 && (
        <Panel>
          <Empty title={status === "OPEN" ? "No open appeals" : "No decided appeals yet"}>
            {files
              ? "File one for a student on the right, within 14 days of the decision."
              : "A tenant's manager files appeals for its students."}
          </Empty>
        </Panel>
      )}
      {appeals.map((appeal) => (
        <Panel
          key={appeal.id}
          title={
            <Link to={`/integrity/attempts/${appeal.attempt_id}`} className="hover:underline">
              Candidate {appeal.candidate_no}, {appeal.exam}
            </Link>
          }
          aside={<Badge tone={STATUS[appeal.status]?.[1]}>{STATUS[appeal.status]?.[0]}</Badge>}
        >
          <p className="text-[12px] text-muted">
            {appeal.college} · filed <Ago at={appeal.created_at} /> · to be decided by <Clock at={appeal.deadline_at} withDay />
            {appeal.status === "OPEN" && new Date(appeal.deadline_at) < new Date(now) && (
              <span className="font-[560] text-bad"> · overdue</span>
            )}
          </p>
          <p className="mt-2 max-w-[90ch] whitespace-pre-wrap">{appeal.statement}</p>
          {appeal.decision_note && (
            <p className="mt-2 border-t pt-2">
              <span className="text-muted">Grounds: </span>
              {appeal.decision_note}
            </p>
          )}
          {appeal.status === "OPEN" &&
            decides &&
            (appeal.barred ? (
              <p className="mt-3 text-muted">
                You decided on this attempt, know or teach the student, or filed this appeal. Someone else must decide it.
              </p>
            ) : (
              <Form intent="decide" about={{ appealId: appeal.id }} className="mt-3 flex flex-col gap-2 border-t pt-3">
                <Textarea label="Grounds" name="note" rows={2} />
                <div className="flex gap-2">
                  <Submit tone="plain" name="outcome" value="UPHELD">
                    Uphold and restore result
                  </Submit>
                  <Submit tone="danger" name="outcome" value="DISMISSED">
                    Dismiss
                  </Submit>
                </div>
              </Form>
            ))}
          {appeal.status === "OPEN" && files && (
            <details className="mt-3 border-t pt-3">
              <summary className="w-fit text-muted">Withdraw…</summary>
              <Form intent="withdraw" about={{ appealId: appeal.id }} className="mt-2 flex flex-wrap items-end gap-2">
                <Input label="Reason" name="reason" required />
                <Submit tone="plain">Withdraw appeal</Submit>
              </Form>
            </details>
          )}
        </Panel>
      ))}
    </div>
  );
  return (
    <Page
      title={
        status === "DECIDED"
          ? "Decided appeals"
          : appeals.length === 0
            ? "No open appeals"
            : plural(appeals.length, "appeal is waiting", "appeals are waiting")
      }
      context={
        late > 0
          ? `${plural(late, "is", "are")} past the deadline.`
          : "An appeal is decided by someone who has not decided on the attempt."
      }
      actions={
        <nav aria-label="Filter appeals" className="flex gap-1">
          {(["OPEN", "DECIDED"] as const).map((one) => (
            <ViewLink key={one} to={one === "OPEN" ? "/integrity/appeals" : "?view=decided"} shown={status === one}>
              {one === "OPEN" ? "Open" : "Decided"}
            </ViewLink>
          ))}
        </nav>
      }
    >
      {refusal && <Notice tone="bad" title={refusal.message} />}
      {files ? (
        <WithAside
          aside={
            <Panel title="File appeal">
              {candidates.length === 0 ? (
                <p className="text-muted">No decision can be appealed now.</p>
              ) : (
                <Form intent="file">
                  <Select
                    label="Decision"
                    name="reviewId"
                    defaultValue={params.get("review")}
                    options={candidates.map((candidate) => ({
                      value: candidate.review_id,
                      label: `${candidate.student}, ${candidate.exam}`,
                    }))}
                  />
                  <Textarea label="What the student says" name="statement" rows={5} />
                  <div>
                    <Submit>File appeal</Submit>
                  </div>
                </Form>
              )}
            </Panel>
          }
        >
          {list}
        </WithAside>
      ) : (
        list
      )}
    </Page>
  );
}
