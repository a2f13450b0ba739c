import { bytes } from "~/platform/format.ts";
import { Notice, Progress } from "~/ui/feedback/empty.tsx";
import { Form, Submit } from "~/ui/form/form.tsx";
import type { BackupReport } from "~/observability/backups/report.server.ts";

/** Asks the collector for a backup, a verification or a drill. */
export function Ask(props: { what: "create" | "verify" | "drill"; backupId?: string; primary?: boolean; children: string }) {
  const { what, backupId, primary, children } = props;
  return (
    <Form intent={`${what}${backupId ?? ""}`} className="inline-flex flex-col">
      <input type="hidden" name="what" value={what} />
      {backupId && <input type="hidden" name="backupId" value={backupId} />}
      <Submit busy="Starting…" tone={primary ? "primary" : "plain"}>
        {children}
      </Submit>
    </Form>
  );
}

const TITLES: Record<string, string> = {
  "backup.create": "A backup is running.",
  "backup.verify": "A backup is being verified.",
  "backup.drill": "A drill is running.",
};

function how(job: BackupReport["jobs"][number]): string {
  if (job.stopping) return "Stopping.";
  if (job.kind === "backup.drill") return job.total ? `Phase ${Math.min(job.total, (job.done ?? 0) + 1)} of ${job.total}.` : "";
  return job.done ? `${bytes(job.done)}${job.total ? ` of ${bytes(job.total)}` : ""}.` : "";
}

/** What is under way, how far it is, and a way to stop it. */
export function UnderWay({ jobs, mayAct }: { jobs: BackupReport["jobs"]; mayAct: boolean }) {
  return jobs.map((job) => (
    <Notice key={job.id} tone="neutral" title={TITLES[job.kind] ?? job.kind}>
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <span className="min-w-32 tabular-nums">{how(job)}</span>
        <span className="w-48">
          <Progress done={job.done ?? 0} total={job.total} label={TITLES[job.kind] ?? job.kind} />
        </span>
        {mayAct && !job.stopping && (
          <Form intent={`stop${job.id}`} className="inline-flex">
            <input type="hidden" name="what" value="stop" />
            <input type="hidden" name="jobId" value={job.id} />
            <Submit tone="plain">Stop it</Submit>
          </Form>
        )}
        <a className="link" href={`/jobs/${job.id}`}>
          its job
        </a>
      </div>
    </Notice>
  ));
}
