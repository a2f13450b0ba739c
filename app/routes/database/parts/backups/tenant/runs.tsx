import { Link } from "@remix-run/react";
import type { RunLine } from "~/observability/backups/tenant/comparisons.server.ts";
import { count, plural } from "~/platform/format.ts";
import { Form, Input, Submit } from "~/ui/form/form.tsx";
import { Panel } from "~/ui/layout/panel.tsx";
import { Ago } from "~/ui/time/time.tsx";
import { ComparisonState } from "./state.tsx";

type Run = Omit<RunLine, "created_at" | "finished_at"> & { created_at: string | Date; finished_at: string | Date | null };

/** What was measured, and what that does and does not show. */
function Proof({ proof }: { proof: NonNullable<Run["proof"]> }) {
  const { changed } = proof;
  return (
    <p className="text-muted">
      {changed.length === 0
        ? `The checksums of all ${plural(proof.tenants, "other tenant")} are the same before and after.`
        : `The checksums of ${count(proof.same)} of ${plural(proof.tenants, "other tenant")} are the same before and after. ${
            changed.length > 5 ? plural(changed.length, "tenant") : changed.join(", ")
          } wrote meanwhile.`}{" "}
      {proof.ours === 0
        ? `No row of another tenant was written by one of these ${plural(proof.transactions, "transaction")}.`
        : `${plural(proof.ours, "row")} of other tenants carry the number of one of these transactions. Tell your engineers.`}
    </p>
  );
}

function Line({ run, mayAct }: { run: Run; mayAct: boolean }) {
  const what = run.kind === "UNDO" ? "Undo" : "Put-back";
  const ended = run.state === "DONE" || run.state === "FAILED";
  return (
    <li className="flex flex-col gap-1.5 border-b py-2.5 last:border-b-0">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <ComparisonState state={run.state} />
        <span className="font-[560]">
          {what}: {plural(run.rows, "row")} in {plural(run.units, "transaction")}
        </span>
        <span className="text-muted">
          <Ago at={run.created_at} /> by {run.by_whom}
        </span>
        {run.job_id && (
          <Link className="link" to={`/jobs/${run.job_id}`}>
            its job
          </Link>
        )}
      </div>
      <p className="wrap-anywhere">{run.reason}</p>
      {run.error && <p className="text-bad">{run.error}</p>}
      {run.spared > 0 && <p>{plural(run.spared, "row")} left as they are. The list of rows says why.</p>}
      {ended && run.proof && <Proof proof={run.proof} />}
      {mayAct && run.kind === "PUT" && ended && run.left > 0 && (
        <details>
          <summary className="cursor-pointer text-accent">Undo</summary>
          <div className="pt-2">
            <Form intent="undo" about={{ runId: run.id }}>
              <p>{plural(run.left, "row")} will be as before this put-back, except those that someone has changed since.</p>
              <Input label="Reason" name="reason" maxLength={500} />
              <div>
                <Submit tone="danger">Undo put-back</Submit>
              </div>
            </Form>
          </div>
        </details>
      )}
    </li>
  );
}

export function Runs({ runs, mayAct }: { runs: Run[]; mayAct: boolean }) {
  if (runs.length === 0) return null;
  return (
    <Panel title="Put back so far">
      <ul>
        {runs.map((run) => (
          <Line key={run.id} run={run} mayAct={mayAct} />
        ))}
      </ul>
    </Panel>
  );
}
