import { faultsOf, outcomeOf, writtenBy } from "~/jobs/outcome.ts";
import { count, plural } from "~/platform/format.ts";
import { Notice } from "~/ui/feedback/empty.tsx";

/** What an undo took back, and what it found changed. */
function UndoOutcome({ result }: { result: Record<string, unknown> }) {
  const [undone, left] = [Number(result["undone"] ?? 0), Number(result["conflicts"] ?? 0)];
  if (left === 0) return null;
  return (
    <Notice
      tone="warn"
      title={`${plural(undone, "record")} taken back. ${plural(left, "record was", "records were")} changed since and left as ${left === 1 ? "it is" : "they are"}.`}
    />
  );
}

/** In a sentence, where an ended job did not do all of it. */
export function Outcome({ job }: { job: { kind: string; state: string; result: unknown } }) {
  const outcome = outcomeOf(job);
  if (job.kind === "resource.undo") return job.result ? <UndoOutcome result={job.result as Record<string, unknown>} /> : null;
  const faults = faultsOf(job.result);
  const written = writtenBy(job.result);
  const see = "See the files below for each of them.";
  if (outcome === "NOTHING_WRITTEN")
    return (
      <Notice tone="bad" title={faults > 0 ? `Nothing was written: ${count(faults)} failed. ${see}` : "Nothing was written."} />
    );
  if (outcome === "WITH_ERRORS")
    return <Notice tone="warn" title={`${written === null ? "" : `${count(written)} written, `}${count(faults)} with errors.`} />;
  return null;
}
