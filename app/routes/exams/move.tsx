import { Form as GetForm, useLoaderData } from "@remix-run/react";
import { zoneOf } from "~/access/cookies.server.ts";
import { protectedAction, protectedLoader, redirect } from "~/access/page.server.ts";
import { may } from "~/access/policy.ts";
import { checkReschedule, rescheduleExam } from "~/domains/exams/authoring/reschedule.server.ts";
import { getExam } from "~/domains/exams/list.server.ts";
import { currentReadiness } from "~/examday/readiness.server.ts";
import { VerdictBadge } from "~/routes/readiness/verdict.tsx";
import { Notice } from "~/ui/feedback/empty.tsx";
import { Button, Form, Input, Submit } from "~/ui/form/form.tsx";
import { LinkButton } from "~/ui/form/link-button.tsx";
import { Page } from "~/ui/layout/page.tsx";
import { Panel } from "~/ui/layout/panel.tsx";
import { Clock } from "~/ui/time/time.tsx";
import { examHandle } from "./tabs.ts";

export const handle = examHandle("Move");
export const meta = () => [{ title: "Move an exam · Invigil" }];

/** As far as readiness looks ahead. */
const MOST_MINUTES = 14 * 24 * 60;

export const loader = protectedLoader("exams.author", async ({ ctx, params, url, request }) => {
  const id = params["id"] ?? "";
  const { exam } = await getExam({ ctx, input: { id } });
  const to = url.searchParams.get("to");
  if (to === null) return { exam, plan: null, ahead: null };
  const plan = await checkReschedule({ ctx, input: { id, startTime: to } });
  const minutes = Math.round((plan.startTime.getTime() - exam.start_time.getTime()) / 60_000);
  const foreseen = may(ctx.actor.role, "readiness.read") && exam.status === "SCHEDULED" && Math.abs(minutes) <= MOST_MINUTES;
  const ahead = foreseen
    ? await currentReadiness({ ctx, input: { shift: [{ id, minutes }], zone: zoneOf(request) } }).then(({ exams }) =>
        exams.find((one) => one.id === id),
      )
    : null;
  return { exam, plan, ahead: ahead ? { verdict: ahead.verdict, peak: ahead.peak, reasons: ahead.reasons } : null };
});

export const action = protectedAction("exams.author", async ({ ctx, form, params }) => {
  const id = params["id"] ?? "";
  const { startTime } = await rescheduleExam({ ctx, input: { id, startTime: form.get("startTime") } });
  return redirect(`/exams/calendar?view=week&at=${startTime.toISOString().slice(0, 10)}`);
});

export default function MoveExam() {
  const { exam, plan, ahead } = useLoaderData<typeof loader>();
  const chosen = (plan?.startTime ?? exam.start_time).toISOString().slice(0, 16);
  return (
    <Page title={`Move ${exam.title}`} context="Its window stays as long as it is.">
      <Panel title="When" className="max-w-[640px]">
        <GetForm method="get" className="flex flex-wrap items-end gap-2 py-2">
          <Input label="New start (UTC)" name="to" type="datetime-local" defaultValue={chosen} required />
          <Button type="submit">See what changes</Button>
        </GetForm>
      </Panel>
      {plan && (
        <Panel title="What changes" className="max-w-[640px]">
          <p className="py-1">
            From <Clock at={exam.start_time} withDay /> to <Clock at={plan.startTime} withDay />, open until{" "}
            <Clock at={plan.endTime} withDay />.
          </p>
          {ahead && (
            <p className="flex flex-wrap items-center gap-2 py-1">
              <VerdictBadge verdict={ahead.verdict} /> {ahead.peak} students at once over all tenants
              {ahead.reasons.length > 0 && `: ${ahead.reasons.join(", ")}`}.
            </p>
          )}
          {plan.wrong.length > 0 ? (
            <Notice tone="bad" title="The exam can't be moved there">
              {plan.wrong.map((item) => item.says).join(". ")}. Choose another time.
            </Notice>
          ) : (
            <Form className="flex flex-wrap gap-2 py-2" about={{ startTime: plan.startTime.toISOString() }}>
              <Submit busy="Moving…">Move the exam</Submit>
              <LinkButton to="/exams/calendar">Cancel</LinkButton>
            </Form>
          )}
        </Panel>
      )}
    </Page>
  );
}
