import { useLoaderData } from "@remix-run/react";
import "~/domains/resources.ts";
import { protectedAction, protectedLoader, redirect } from "~/access/page.server.ts";
import { FILE_DAYS } from "~/jobs/files.server.ts";
import { cancelJob, getJob } from "~/jobs/verbs.server.ts";
import { startUndo, undoOffer } from "~/resources/undo/undo.server.ts";
import { count } from "~/platform/format.ts";
import { Notice, Progress } from "~/ui/feedback/empty.tsx";
import { Form, Submit } from "~/ui/form/form.tsx";
import { Page } from "~/ui/layout/page.tsx";
import { Panel } from "~/ui/layout/panel.tsx";
import { useLive } from "~/ui/live.ts";
import { Ago } from "~/ui/time/time.tsx";
import { Outcome } from "./outcome.tsx";
import { JobState } from "./state.tsx";
import { Conflicts, UndoPanel } from "./undo-panel.tsx";

export const handle = {
  crumbs: (data: { job: { title: string } } | undefined) => [{ label: "Jobs", to: "/jobs" }, { label: data?.job.title ?? "" }],
};

export const loader = protectedLoader("jobs.read", async ({ ctx, params, seen }) => {
  const job = await getJob({ ctx, input: { id: params["id"] ?? "" } });
  if (job.finishedAt) await seen();
  return { job, fileDays: FILE_DAYS, undo: await undoOffer({ ctx, input: { jobId: job.id } }) };
});

export const action = protectedAction("jobs.read", async ({ ctx, params, form }) => {
  const id = params["id"] ?? "";
  if (form.intent("undo", "cancel") === "cancel") {
    await cancelJob({ ctx, input: { id } });
    return null;
  }
  const { jobId } = await startUndo({ ctx, input: { jobId: id, reason: form.get("reason") } });
  return redirect(`/jobs/${jobId}`);
});

export default function Job() {
  const { job, fileDays, undo } = useLoaderData<typeof loader>();
  const going = job.state === "QUEUED" || job.state === "RUNNING";
  useLive(going, 1000, null);
  const result = job.result as Record<string, unknown> | null;
  return (
    <Page
      title={job.title}
      badge={<JobState job={job} />}
      context={
        <>
          Asked for <Ago at={job.createdAt} />
        </>
      }
    >
      <Panel className="max-w-3xl">
        <div className="flex flex-col gap-3">
          {going && <Progress done={job.done} total={job.total} label={job.title} />}
          <p>
            <span className="text-[24px] leading-8 font-[600] tabular-nums">{count(job.done)}</span>{" "}
            {job.total !== null && <span className="text-muted">of {count(job.total)}</span>}
          </p>
          {job.withheld ? (
            <Notice tone="warn" title="The result of this job is hidden: your role or tenants have changed since." />
          ) : (
            <Outcome job={job} />
          )}
          {job.error && <Notice tone="bad" title={job.error} />}
          {result && (
            <dl className="flex flex-wrap gap-6">
              {Object.entries(result)
                .filter(([name, value]) => typeof value === "number" || (typeof value === "string" && name !== "page"))
                .map(([name, value]) => (
                  <div key={name}>
                    <dt className="text-[12px] text-muted">{name}</dt>
                    <dd className="tabular-nums">{typeof value === "number" ? count(value) : String(value)}</dd>
                  </div>
                ))}
            </dl>
          )}
          {job.files.map((file) => (
            <p key={file.id}>
              <a href={`/jobs/${job.id}/file?file=${file.id}`} className="link" download>
                {file.name}
              </a>{" "}
              <span className="text-muted">kept for {fileDays} days; downloads are recorded in the audit log</span>
            </p>
          ))}
          {going && (
            <Form className="" intent="cancel">
              <Submit tone="danger" disabled={job.cancelRequested}>
                {job.cancelRequested ? "Stopping…" : "Cancel"}
              </Submit>
            </Form>
          )}
        </div>
      </Panel>
      {result && job.kind === "resource.undo" && <Conflicts result={result} />}
      {undo && !job.withheld && <UndoPanel offer={undo} />}
    </Page>
  );
}
