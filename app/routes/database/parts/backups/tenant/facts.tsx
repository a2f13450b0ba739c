import type { ReactNode } from "react";
import { Link } from "@remix-run/react";
import type { Comparison } from "~/observability/backups/tenant/comparisons.server.ts";
import { count, plural, seconds } from "~/platform/format.ts";
import { Notice, Progress } from "~/ui/feedback/empty.tsx";
import { Panel } from "~/ui/layout/panel.tsx";
import { Ago, Clock } from "~/ui/time/time.tsx";
import { tableName } from "./state.tsx";

/** The page says what differs before anything else. */
export function comparisonTitle({ state, tenant, summary }: Comparison): string {
  if (state === "FAILED") return `${tenant} could not be compared.`;
  if (state === "EXPIRED") return `The comparison of ${tenant} has expired.`;
  if (state !== "READY") return `${tenant} is being compared.`;
  const sum = (kind: "missing" | "changed" | "added") => summary.reduce((total, line) => total + line[kind], 0);
  if (sum("missing") + sum("changed") + sum("added") === 0) return `${tenant} is as it was.`;
  return `${tenant}: ${count(sum("missing"))} missing, ${count(sum("changed"))} changed, ${count(sum("added"))} added.`;
}

/** What is under way, failed or over. */
export function Standing({ comparison, writing }: { comparison: Comparison; writing: boolean }) {
  const { state, progress, error } = comparison;
  if (state === "FAILED") return <Notice tone="bad" title={error ?? "It failed"} />;
  if (state === "EXPIRED")
    return (
      <Notice tone="neutral" title="The rows of this comparison were deleted, since they hold personal data.">
        What was put back stays, and is recorded in the audit log. Compare again to see more.
      </Notice>
    );
  if (!writing && state === "READY") return null;
  const title = writing ? "Rows are being written." : "A copy is being restored and compared.";
  return (
    <Notice tone="neutral" title={title}>
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <span className="w-48">
          <Progress done={progress?.done ?? 0} total={progress?.total ?? null} label={title} />
        </span>
        {!writing && comparison.job_id && (
          <Link className="link" to={`/jobs/${comparison.job_id}`}>
            its job
          </Link>
        )}
      </div>
    </Notice>
  );
}

function Fact({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className="flex items-baseline justify-between gap-3 py-0.5">
      <dt className="text-muted">{label}</dt>
      <dd className="text-right">{children}</dd>
    </div>
  );
}

export function Facts({ comparison }: { comparison: Comparison }) {
  const took = comparison.phases.reduce((total, phase) => total + phase.ms, 0);
  const same = comparison.summary.reduce((total, line) => total + line.same, 0);
  return (
    <Panel title="Comparison">
      <dl>
        <Fact label="As it was at">
          <Clock at={comparison.moment} withDay withSeconds />
        </Fact>
        {comparison.compared_at && (
          <Fact label="Compared with">
            <Clock at={comparison.compared_at} withDay withSeconds />
          </Fact>
        )}
        <Fact label="Asked by">{comparison.by_whom}</Fact>
        {took > 0 && <Fact label="Took">{seconds(took / 1000)}</Fact>}
        {comparison.state === "READY" && (
          <>
            <Fact label="The same">{plural(same, "row")}</Fact>
            <Fact label="Expires">
              <Ago at={comparison.expires} />
            </Fact>
          </>
        )}
      </dl>
      {comparison.notes.length > 0 && (
        <section className="mt-3">
          <h3 className="text-[12px] font-[560] text-muted">The schema has changed since then</h3>
          <ul className="list-disc pl-5">
            {comparison.notes.map(({ table, note }) => (
              <li key={`${table}${note}`}>
                {tableName(table)}: {note}
              </li>
            ))}
          </ul>
        </section>
      )}
      <p className="mt-3 text-[12px] text-muted">The audit log is never rewound either: what is put back adds entries to it.</p>
    </Panel>
  );
}
