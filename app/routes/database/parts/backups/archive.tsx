import type { ReactNode } from "react";
import type { BackupReport } from "~/observability/backups/report.server.ts";
import { bytes, count, plural } from "~/platform/format.ts";
import { Badge } from "~/ui/feedback/badge.tsx";
import { Unknown } from "~/ui/feedback/empty.tsx";
import { Panel } from "~/ui/layout/panel.tsx";
import { Ago, Clock } from "~/ui/time/time.tsx";

function Facts({ children }: { children: ReactNode }) {
  return <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1.5">{children}</dl>;
}

function Fact({ name, bad, children }: { name: string; bad?: boolean; children: ReactNode }) {
  return (
    <>
      <dt className="text-muted">{name}</dt>
      <dd className={bad ? "text-bad" : undefined}>{children}</dd>
    </>
  );
}

const word = (ok: boolean) => (ok ? <Badge tone="ok">Works</Badge> : <Badge tone="bad">Fails</Badge>);

/** What lies between the last backup and now: WAL that arrives, waits, or is missing. */
export function Archive({ data }: { data: BackupReport }) {
  const { archiver, archiving, store } = data;
  const fails = archiving !== null && archiving.state !== "working" && archiving.state !== "off";
  return (
    <Panel
      title="Archive"
      aside={archiving ? archiving.state === "off" ? <Badge tone="bad">Off</Badge> : word(!fails) : undefined}
    >
      {fails && <p className="mb-2 text-bad">{archiving.says}.</p>}
      {!archiver && <Unknown reason={data.archiverMissing ?? "The archiver's state could not be read."} />}
      <Facts>
        {archiver && (
          <>
            <Fact name="Received last">
              {archiver.last_archived_time ? (
                <>
                  <Ago at={archiver.last_archived_time} />{" "}
                  <span className="mono break-all text-muted">{archiver.last_archived_wal}</span>
                </>
              ) : (
                "nothing yet"
              )}
            </Fact>
            <Fact name="Waits" bad={archiver.backlog > 10}>
              {archiver.backlog === 0 ? "nothing" : plural(archiver.backlog, "segment")}
            </Fact>
            <Fact name="Failures" bad={fails}>
              {archiver.failed === 0 ? "none" : count(archiver.failed)}
              {archiver.last_failed_time && (
                <>
                  , the last <Ago at={archiver.last_failed_time} />
                </>
              )}
            </Fact>
          </>
        )}
        {store && (
          <>
            <Fact name="Holds">
              {plural(store.segments, "segment")}, {bytes(store.segments * 16 * 1024 * 1024)}
            </Fact>
            <Fact name="Holes" bad={store.gaps.length > 0}>
              {store.gaps.length === 0
                ? "none"
                : store.gaps.slice(0, 4).map((gap) => (
                    <span key={gap.after} className="block">
                      {plural(gap.missing, "segment")} after <span className="mono break-all">{gap.after}</span>
                    </span>
                  ))}
            </Fact>
            <Fact name="Room left" bad={store.used > 0.9}>
              {bytes(store.free)}, {Math.round(store.used * 100)} % is used
            </Fact>
            <Fact name="Lies in">
              <span className="mono break-all text-muted">{store.directory}</span>
            </Fact>
          </>
        )}
      </Facts>
    </Panel>
  );
}

export function NextRuns({ data }: { data: BackupReport }) {
  return (
    <Panel title="Next runs">
      <Facts>
        {(
          [
            ["Backup", data.runs.create],
            ["Verification", data.runs.verify],
            ["Drill", data.runs.drill],
          ] as const
        ).map(([name, at]) => (
          <Fact key={name} name={name}>
            <Clock at={at} withDay />{" "}
            <span className="text-muted">
              (<Ago at={at} />)
            </span>
          </Fact>
        ))}
        <Fact name="Kept">
          the last {data.promise.count}, and all of {data.promise.days} days; always the last good one
        </Fact>
      </Facts>
    </Panel>
  );
}
