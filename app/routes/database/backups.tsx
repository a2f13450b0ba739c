import { useLoaderData } from "@remix-run/react";
import { protectedAction, protectedLoader } from "~/access/page.server.ts";
import { may } from "~/access/policy.ts";
import { hasPlace } from "~/db/cluster/place.server.ts";
import { cancelJob } from "~/jobs/verbs.server.ts";
import { ownClusterOnly } from "~/observability/backups/own-cluster.ts";
import { askBackup } from "~/observability/backups/jobs.server.ts";
import { backupReport, type BackupLine, type CheckLine } from "~/observability/backups/report.server.ts";
import { recoverable } from "~/observability/backups/window.ts";
import { observes } from "~/platform/depth.ts";
import { bytes, plural, seconds } from "~/platform/format.ts";
import { Notice } from "~/ui/feedback/empty.tsx";
import { LinkButton } from "~/ui/form/link-button.tsx";
import { Page } from "~/ui/layout/page.tsx";
import { Figure, Figures, Panel, WithAside } from "~/ui/layout/panel.tsx";
import { Ago } from "~/ui/time/time.tsx";
import { Archive, NextRuns } from "./parts/backups/archive.tsx";
import { Ask, UnderWay } from "./parts/backups/ask.tsx";
import { Calendar } from "./parts/backups/calendar.tsx";
import { Drill } from "./parts/backups/drill.tsx";
import { List } from "./parts/backups/list.tsx";
import { CASES, type Case } from "./parts/backups/runbook.ts";
import { Runbook } from "./parts/backups/runbook.tsx";
import { PROOFS, proofOf } from "./parts/backups/state.ts";
import { WatchedBackups } from "./parts/backups/watched.tsx";
import { Trends } from "./parts/backups/trend.tsx";
import { RecoveryWindow } from "./parts/backups/window.tsx";
import { useLive } from "~/ui/live.ts";

export const handle = { crumbs: () => [{ label: "Database", to: "/database" }, { label: "Backups" }] };
export const meta = () => [{ title: "Backups · Invigil" }];

export const loader = protectedLoader("database.read", async ({ ctx, url }) => {
  const which = url.searchParams.get("case") ?? "loss";
  const asked = url.searchParams.get("at") ?? "";
  const at = new Date(asked);
  const now = ctx.clock.now();
  return {
    ...(await backupReport({ ctx, input: {} })),
    here: hasPlace(),
    mayAct: may(ctx.actor.role, "database.act") && hasPlace(),
    now,
    all: url.searchParams.has("all"),
    which: (which in CASES ? which : "loss") as Case,
    asked,
    at: (Number.isNaN(at.getTime()) ? now : at).toISOString(),
  };
});

export const action = protectedAction("database.act", async ({ ctx, form }) => {
  ownClusterOnly();
  if (form.get("what") === "stop") return cancelJob({ ctx, input: { id: String(form.get("jobId")) } });
  return askBackup({ ctx, input: { what: form.get("what") as "create", backupId: form.get("backupId") || undefined } });
});

/** The page speaks first: is there a way back, how long does it take, how much is lost. */
function titleOf(last: BackupLine | undefined, drill: CheckLine | undefined): string {
  if (!last) return "No backups yet.";
  if (last.verified === false || last.drilled === false) return "Do not rely on the last backup.";
  if (!drill) return "The last backup has not been drilled.";
  if (drill.ok === false) return "The last restore drill failed.";
  if (drill.ok === null) return "The last restore drill did not finish.";
  return `Recovery time ${seconds((drill.rto_ms ?? 0) / 1000)}, data at risk ${drill.rpo_ms === null ? "unknown" : seconds(drill.rpo_ms / 1000)}.`;
}

function Bad({ checks }: { checks: CheckLine[] }) {
  return checks.map((check) => (
    <Notice
      key={check.id}
      tone={check.ok === false ? "bad" : "warn"}
      title={
        check.ok === false
          ? `${check.kind === "DRILL" ? "A drill" : "A verification"} found problems`
          : "A drill could not finish, so it says nothing about the backup"
      }
    >
      <ul className="list-disc pl-5">
        {check.findings.slice(0, 5).map((finding) => (
          <li key={`${finding.file}${finding.says}`}>
            <span className="mono">{finding.file}</span>: {finding.says}
          </li>
        ))}
      </ul>
    </Notice>
  ));
}

export default function Backups() {
  const data = useLoaderData<typeof loader>();
  return observes() ? <WatchedBackups data={data} /> : <OwnBackups data={data} />;
}

function OwnBackups({ data }: { data: ReturnType<typeof useLoaderData<typeof loader>> }) {
  useLive(true, data.jobs.length > 0 ? 1000 : 10_000);
  const done = data.backups.filter((row) => row.state === "DONE");
  const good = done.filter((row) => row.verified !== false && row.drilled !== false);
  const last = done[0];
  const drill = data.checks.find((check) => check.kind === "DRILL" && check.finished_at && !check.stopped);
  const measured = data.checks.find((check) => check.kind === "DRILL" && check.ok);
  const running = data.checks.find((check) => check.kind === "DRILL" && !check.finished_at);
  // What was found is said until the same is looked at again and found well.
  const bad = data.checks
    .filter(
      (check, index) =>
        check.finished_at &&
        !check.ok &&
        !check.stopped &&
        !data.checks
          .slice(0, index)
          .some((later) => later.kind === check.kind && later.backup_id === check.backup_id && later.ok),
    )
    .slice(0, 3);
  const archivedAt = data.archiver?.last_archived_time ?? null;
  const gaps = data.store?.gaps ?? [];
  const stretches = archivedAt
    ? recoverable(
        good.map((row) => ({ finishedAt: row.finished_at!.getTime(), whole: row.whole })),
        gaps.map((gap) => ({ from: gap.from.getTime(), to: gap.to.getTime() })),
        archivedAt.getTime(),
      )
    : [];
  return (
    <Page
      title={titleOf(last, drill)}
      context={
        measured
          ? "Measured by a drill that started a real server on the restored copy and checked its data."
          : last
            ? "A backup counts only once it has been restored. Run a drill: it takes a minute and changes nothing."
            : "Take one now. It takes seconds, and the platform keeps running."
      }
      actions={
        <>
          <LinkButton to="/database/backups/tenants">Restore a tenant</LinkButton>
          <LinkButton to="/database/backups/questions">Drill questions</LinkButton>
          {data.mayAct && (
            <>
              {last && <Ask what="verify">Verify</Ask>}
              <Ask what="create" primary={!last}>
                Take backup
              </Ask>
              {last && (
                <Ask what="drill" primary>
                  Run drill
                </Ask>
              )}
            </>
          )}
        </>
      }
    >
      {!data.here && (
        <Notice tone="warn" title="This server's files can't be reached from here">
          Backups, verification and drills need the collector on the database's machine. Until then keep your provider's backups,
          and test a restore regularly.
        </Notice>
      )}
      <UnderWay jobs={data.jobs} mayAct={data.mayAct} />
      <Bad checks={bad} />
      <Figures>
        <Figure
          label="Last backup"
          value={last?.size_bytes ? bytes(last.size_bytes) : "None"}
          note={
            last ? (
              <>
                <Ago at={last.started_at} />, {PROOFS[proofOf(last)].word.toLowerCase()}
              </>
            ) : (
              "nothing to restore from"
            )
          }
          tone={last ? undefined : "bad"}
        />
        <Figure
          label="Recovery time (RTO)"
          value={measured?.rto_ms ? seconds(measured.rto_ms / 1000) : "Not measured"}
          note={
            measured?.finished_at ? (
              <>
                measured <Ago at={measured.finished_at} />
              </>
            ) : (
              "a drill measures it"
            )
          }
        />
        <Figure
          label="Data at risk (RPO)"
          value={measured && measured.rpo_ms !== null ? seconds(measured.rpo_ms / 1000) : "Not measured"}
          note={
            archivedAt ? (
              <>
                with the whole machine; the archive received last <Ago at={archivedAt} />
              </>
            ) : (
              "with the whole machine"
            )
          }
        />
        <Figure
          label="Archive"
          value={!data.store ? "Not here" : gaps.length > 0 ? plural(gaps.length, "hole") : "Whole"}
          note={data.store ? `${plural(data.store.segments, "segment")}, ${data.store.ready ?? 0} wait` : undefined}
          tone={gaps.length > 0 || (data.store?.ready ?? 0) > 10 ? "bad" : undefined}
        />
      </Figures>
      {running ? <Drill check={running} /> : drill && <Drill check={drill} />}
      <WithAside
        aside={
          <>
            <Panel title="Five weeks">
              <Calendar backups={data.backups} due={Object.values(data.runs)} now={data.now} />
            </Panel>
            <NextRuns data={data} />
            <Archive data={data} />
          </>
        }
      >
        {last && archivedAt && (
          <Panel title="Restore window">
            <RecoveryWindow
              stretches={stretches}
              marks={good.map((row) => ({ at: row.finished_at!, word: PROOFS[proofOf(row)].word }))}
              now={data.now}
            />
          </Panel>
        )}
        <Trends backups={done} checks={data.checks} />
        <List backups={data.backups} mayAct={data.mayAct} all={data.all} />
        <Runbook which={data.which} at={data.at} asked={data.asked} />
      </WithAside>
    </Page>
  );
}
