import type { BackupLine } from "~/observability/backups/report.server.ts";
import { bytes, seconds } from "~/platform/format.ts";
import { Badge } from "~/ui/feedback/badge.tsx";
import { Empty } from "~/ui/feedback/empty.tsx";
import { Panel } from "~/ui/layout/panel.tsx";
import { Ago, Clock } from "~/ui/time/time.tsx";
import { Ask } from "./ask.tsx";
import { PROOFS, proofOf } from "./state.ts";

const SHOWN = 12;

function When({ at, ok }: { at: Date | null; ok: boolean | null }) {
  if (!at) return <span className="text-faint">no</span>;
  return (
    <span className={ok === false ? "text-bad" : undefined}>
      <Ago at={at} />
    </span>
  );
}

/** Every backup and what proves it. */
export function List({ backups, mayAct, all }: { backups: BackupLine[]; mayAct: boolean; all: boolean }) {
  const shown = all ? backups : backups.slice(0, SHOWN);
  return (
    <Panel
      title="Backups"
      flush
      aside={
        backups.length > SHOWN && !all ? (
          <a className="link" href="?all=1">
            all {backups.length}
          </a>
        ) : undefined
      }
    >
      {backups.length === 0 ? (
        <Empty title="No backups yet">The next one runs by schedule. You can take the first one now.</Empty>
      ) : (
        <table className="rows">
          <thead>
            <tr>
              <th>Taken</th>
              <th>Proof</th>
              <th className="hidden md:table-cell">Verified</th>
              <th className="hidden md:table-cell">Drilled</th>
              <th className="hidden lg:table-cell">By</th>
              <th className="num">Size</th>
              <th className="num hidden md:table-cell">Took</th>
              {mayAct && <th className="hidden md:table-cell" aria-label="Actions" />}
            </tr>
          </thead>
          <tbody>
            {shown.map((row) => {
              const { word, tone } = PROOFS[proofOf(row)];
              return (
                <tr key={row.id}>
                  <td>
                    <Clock at={row.started_at} withDay />
                  </td>
                  <td className="py-1.5">
                    <Badge tone={tone}>{word}</Badge>
                    {row.error && <p className="mt-0.5 text-[12px] text-muted">{row.error}</p>}
                  </td>
                  <td className="hidden md:table-cell">
                    <When at={row.verified_at} ok={row.verified} />
                  </td>
                  <td className="hidden md:table-cell">
                    <When at={row.drilled_at} ok={row.drilled} />
                  </td>
                  <td className="hidden whitespace-nowrap lg:table-cell">{row.by_whom}</td>
                  <td className="num">{row.size_bytes === null ? "" : bytes(row.size_bytes)}</td>
                  <td className="num hidden md:table-cell">
                    {row.finished_at ? seconds((row.finished_at.getTime() - row.started_at.getTime()) / 1000) : ""}
                  </td>
                  {mayAct && (
                    <td className="hidden text-right md:table-cell">
                      {row.state === "DONE" && (
                        <span className="inline-flex gap-1.5">
                          <Ask what="verify" backupId={row.id}>
                            Verify
                          </Ask>
                          <Ask what="drill" backupId={row.id}>
                            Drill
                          </Ask>
                        </span>
                      )}
                    </td>
                  )}
                </tr>
              );
            })}
          </tbody>
        </table>
      )}
    </Panel>
  );
}
