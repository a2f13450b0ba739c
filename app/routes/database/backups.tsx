import { useLoaderData, useSearchParams } from "@remix-run/react";
import { act, page } from "~/access/page.server.ts";
import { may } from "~/access/policy.ts";
import { hasPlace } from "~/db/cluster/place.server.ts";
import { askBackup } from "~/observability/backups/jobs.server.ts";
import { backupReport, type BackupLine, type CheckLine } from "~/observability/backups/report.server.ts";
import { bytes, milliseconds, plural, seconds } from "~/platform/format.ts";
import { Chart } from "~/ui/chart/chart.tsx";
import { Badge } from "~/ui/feedback/badge.tsx";
import { CopyButton } from "~/ui/feedback/copy.tsx";
import { Empty, Notice } from "~/ui/feedback/empty.tsx";
import { Form, Input, Select, Submit } from "~/ui/form/form.tsx";
import { Page } from "~/ui/layout/page.tsx";
import { Figure, Figures, Panel } from "~/ui/layout/panel.tsx";
import { Ago, Clock } from "~/ui/time/time.tsx";
import { useLive } from "./parts/live.ts";
import { RecoveryWindow } from "./parts/recovery-window.tsx";
import { CASES, runbook, type Case } from "./parts/runbook.ts";

export const handle = { crumbs: () => [{ label: "Database", to: "/database" }, { label: "Backups" }] };
export const meta = () => [{ title: "Backups · Invigil" }];

export const loader = page("database.read", async ({ ctx, url }) => {
  const which = url.searchParams.get("case") ?? "loss";
  const asked = new Date(url.searchParams.get("at") ?? "");
  return {
    ...(await backupReport({ ctx, input: {} })),
    here: hasPlace(),
    mayAct: may(ctx.actor.role, "database.act"),
    which: (which in CASES ? which : "loss") as Case,
    at: Number.isNaN(asked.getTime()) ? null : asked.toISOString(),
  };
});

export const action = act("database.act", async ({ ctx, form }) => {
  return askBackup({ ctx, input: { what: form.get("what") as "create", backupId: form.get("backupId") || undefined } });
});

function Ask({ what, backupId, primary, children }: { what: string; backupId?: string; primary?: boolean; children: string }) {
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

const TITLE = {
  "backup.create": "A backup is being taken",
  "backup.verify": "A backup is being read",
  "backup.drill": "A drill runs",
};

function Proof({ row }: { row: BackupLine }) {
  if (row.state !== "DONE") {
    const word = { RUNNING: "Running", FAILED: "Failed", EXPIRED: "Expired" }[row.state] ?? row.state;
    return <Badge tone={row.state === "FAILED" ? "bad" : "neutral"}>{word}</Badge>;
  }
  if (row.verified === false) return <Badge tone="bad">Damaged</Badge>;
  if (row.drilled === false) return <Badge tone="bad">Drill failed</Badge>;
  if (row.drilled) return <Badge tone="ok">Drilled</Badge>;
  return row.verified ? <Badge tone="ok">Verified</Badge> : <Badge tone="warn">Taken, not proven</Badge>;
}

function Drill({ check }: { check: CheckLine }) {
  return (
    <Panel
      title={check.finished_at ? "The last drill" : "A drill runs"}
      aside={check.finished_at ? <Ago at={check.finished_at} /> : undefined}
      flush
    >
      <table className="rows">
        <thead>
          <tr>
            <th>Phase</th>
            <th>What it saw</th>
            <th className="num">Took</th>
          </tr>
        </thead>
        <tbody>
          {check.phases.map((phase) => (
            <tr key={phase.name}>
              <td className="first-letter:uppercase">{phase.name}</td>
              <td>{phase.says}</td>
              <td className="num">{milliseconds(phase.ms)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Panel>
  );
}

function titleOf(last: BackupLine | undefined, drill: CheckLine | undefined): string {
  if (!last) return "No backup has been taken yet.";
  if (last.verified === false || last.drilled === false) return "The last backup must not be relied upon.";
  if (!drill) return "There is a backup that nobody has restored.";
  if (drill.ok === false) return "The last restore drill failed.";
  return `Back after ${seconds((drill.rto_ms ?? 0) / 1000)}, with ${drill.rpo_ms === null ? "an unknown time" : seconds(drill.rpo_ms / 1000)} lost.`;
}

export default function Backups() {
  const data = useLoaderData<typeof loader>();
  const [params] = useSearchParams();
  useLive(true, data.jobs.length > 0 ? 1000 : 10_000);
  const done = data.backups.filter((row) => row.state === "DONE");
  const last = done[0];
  const drill = data.checks.find((check) => check.kind === "DRILL" && check.finished_at && check.ok !== null);
  const running = data.checks.find((check) => check.kind === "DRILL" && !check.finished_at);
  const bad = data.checks.filter((check) => check.ok === false).slice(0, 3);
  const oldest = done.at(-1)?.finished_at;
  const drills = data.checks.filter((check) => check.kind === "DRILL" && check.ok).toReversed();
  const sizes = done.toReversed();
  const at = data.at ?? data.archiver.at?.toISOString() ?? new Date(0).toISOString();
  return (
    <Page
      title={titleOf(last, drill)}
      context={
        drill?.ok
          ? "Measured by the last drill, which started a real server on the restored copy."
          : "A backup counts when it was restored."
      }
      actions={
        data.mayAct && data.here ? (
          <>
            {last && <Ask what="verify">Verify</Ask>}
            <Ask what="create" primary={!last}>
              Take a backup
            </Ask>
            {last && (
              <Ask what="drill" primary>
                Run a drill
              </Ask>
            )}
          </>
        ) : undefined
      }
    >
      {!data.here && (
        <Notice tone="warn" title="This server's files can't be reached from here">
          Backups, verification and drills need the collector on the database's machine. Until then keep the backups of your
          provider, and restore one now and then.
        </Notice>
      )}
      {data.jobs.map((job) => (
        <Notice key={job.id} tone="neutral" title={TITLE[job.kind as keyof typeof TITLE]}>
          {job.kind === "backup.drill" && job.total ? `Phase ${(job.done ?? 0) + 1} of ${job.total}. ` : ""}
          {job.kind !== "backup.drill" && job.done ? `${bytes(job.done)}${job.total ? ` of ${bytes(job.total)}` : ""}. ` : ""}
          <a className="underline" href={`/jobs/${job.id}`}>
            Its job
          </a>
        </Notice>
      ))}
      {bad.map((check) => (
        <Notice
          key={check.id}
          tone="bad"
          title={`${check.kind === "DRILL" ? "A drill" : "A verification"} found what must not be`}
        >
          <ul className="list-disc pl-5">
            {check.findings.slice(0, 5).map((finding) => (
              <li key={`${finding.file}${finding.says}`}>
                <span className="mono">{finding.file}</span>: {finding.says}
              </li>
            ))}
          </ul>
        </Notice>
      ))}
      <Figures>
        <Figure
          label="Last backup"
          value={last?.size_bytes ? bytes(last.size_bytes) : "None"}
          note={last ? <Ago at={last.started_at} /> : undefined}
          tone={last ? undefined : "bad"}
        />
        <Figure
          label="Time to be back"
          value={drill?.rto_ms ? seconds(drill.rto_ms / 1000) : "Not measured"}
          note={drill?.finished_at ? <Ago at={drill.finished_at} /> : "run a drill"}
        />
        <Figure
          label="Would be lost"
          value={drill && drill.rpo_ms !== null ? seconds(drill.rpo_ms / 1000) : "Not measured"}
          note="if the whole machine were lost, as the drill began"
        />
        <Figure
          label="Archive"
          value={data.store ? data.store.segments : "Not here"}
          unit={data.store ? "segments" : undefined}
          note={data.store ? `${data.store.ready ?? 0} wait, ${plural(data.store.gaps.length, "hole")}` : undefined}
          tone={data.store && (data.store.gaps.length > 0 || (data.store.ready ?? 0) > 10) ? "bad" : undefined}
        />
      </Figures>
      {oldest && data.archiver.at && data.archiver.at > oldest && (
        <Panel title="Recovery window">
          <RecoveryWindow
            from={oldest}
            to={data.archiver.at}
            backups={done.map((row) => row.finished_at).filter((moment) => moment !== null)}
            gaps={data.store?.gaps ?? []}
          />
        </Panel>
      )}
      <Panel title="Backups" flush>
        {data.backups.length === 0 ? (
          <Empty title="No backup has been taken yet">The next one runs by itself; the first need not wait for it.</Empty>
        ) : (
          <table className="rows">
            <thead>
              <tr>
                <th>Taken</th>
                <th>State</th>
                <th>Verified</th>
                <th>Drilled</th>
                <th>By</th>
                <th className="num">Size</th>
                <th className="num">Took</th>
                {data.mayAct && data.here && <th />}
              </tr>
            </thead>
            <tbody>
              {data.backups.map((row) => (
                <tr key={row.id}>
                  <td>
                    <Clock at={row.started_at} withDay />
                  </td>
                  <td>
                    <Proof row={row} />
                    {row.error && <span className="ml-2 text-muted">{row.error}</span>}
                  </td>
                  <td>{row.verified_at ? <Ago at={row.verified_at} /> : <span className="text-muted">no</span>}</td>
                  <td>{row.drilled_at ? <Ago at={row.drilled_at} /> : <span className="text-muted">no</span>}</td>
                  <td>{row.by_whom}</td>
                  <td className="num">{row.size_bytes === null ? "" : bytes(row.size_bytes)}</td>
                  <td className="num">
                    {row.finished_at ? seconds((row.finished_at.getTime() - row.started_at.getTime()) / 1000) : ""}
                  </td>
                  {data.mayAct && data.here && (
                    <td className="text-right">
                      {row.state === "DONE" && (
                        <Ask what="verify" backupId={row.id}>
                          Verify
                        </Ask>
                      )}
                    </td>
                  )}
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </Panel>
      {running ? <Drill check={running} /> : drill && <Drill check={drill} />}
      {drills.length > 1 && (
        <Panel title="What the drills measured">
          <Chart
            label="Time to be back and time that would be lost, by drill"
            data={drills.map((check) => ({ t: check.started_at.getTime(), rto: check.rto_ms, rpo: check.rpo_ms }))}
            series={[
              { key: "rto", label: "Time to be back" },
              { key: "rpo", label: "Would be lost" },
            ]}
            kind="line"
            unit="ms"
            height={160}
            from={drills[0]!.started_at.getTime()}
            to={drills.at(-1)!.started_at.getTime()}
          />
        </Panel>
      )}
      {sizes.length > 1 && (
        <Panel title="Size">
          <Chart
            label="Size of the backups"
            data={sizes.map((row) => ({ t: row.started_at.getTime(), size: row.size_bytes }))}
            series={[{ key: "size", label: "Size" }]}
            kind="line"
            unit="bytes"
            height={160}
            from={sizes[0]!.started_at.getTime()}
            to={sizes.at(-1)!.started_at.getTime()}
          />
        </Panel>
      )}
      <div className="grid gap-4 xl:grid-cols-2">
        <Panel title="Restore to a point in time" id="runbook">
          <Form method="get" className="mb-3 flex flex-wrap items-end gap-3">
            <Select
              name="case"
              label="What happened"
              defaultValue={data.which}
              options={Object.entries(CASES).map(([value, label]) => ({ value, label }))}
            />
            <Input name="at" label="Back to (UTC)" defaultValue={params.get("at") ?? at} />
            <Submit>Write the runbook</Submit>
          </Form>
          <ol className="flex list-decimal flex-col gap-2 pl-5">
            {runbook(data.which, at).map((step) => (
              <li key={step.says}>
                {step.says}
                {step.run && (
                  <span className="mt-1 flex items-start gap-2">
                    <code className="mono min-w-0 flex-1 rounded-control bg-sunk px-2 py-1 break-all">{step.run}</code>
                    <CopyButton text={step.run} />
                  </span>
                )}
              </li>
            ))}
          </ol>
        </Panel>
        <Panel title="Promise">
          <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1.5">
            <dt className="text-muted">Next backup</dt>
            <dd>
              <Clock at={data.runs.create} withDay />
            </dd>
            <dt className="text-muted">Next verification</dt>
            <dd>
              <Clock at={data.runs.verify} withDay />
            </dd>
            <dt className="text-muted">Next drill</dt>
            <dd>
              <Clock at={data.runs.drill} withDay />
            </dd>
            <dt className="text-muted">Kept</dt>
            <dd>
              the last {data.promise.count}, and all of {data.promise.days} days; the last good one always
            </dd>
            <dt className="text-muted">Last archived</dt>
            <dd>
              {data.archiver.at ? (
                <>
                  <Ago at={data.archiver.at} /> <span className="mono text-muted">{data.archiver.last}</span>
                </>
              ) : (
                "nothing yet"
              )}
            </dd>
            <dt className="text-muted">Archive failures</dt>
            <dd className={data.archiver.failed > 0 ? "text-bad" : ""}>
              {data.archiver.failed}
              {data.archiver.failed_at && (
                <>
                  , the last <Ago at={data.archiver.failed_at} />
                </>
              )}
            </dd>
            {data.store && (
              <>
                <dt className="text-muted">Room left</dt>
                <dd>{bytes(data.store.free)}</dd>
              </>
            )}
          </dl>
        </Panel>
      </div>
    </Page>
  );
}
