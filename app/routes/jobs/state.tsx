import { outcomeOf, type JobOutcome } from "~/jobs/outcome.ts";
import { Badge, type Tone } from "~/ui/feedback/badge.tsx";

const OUTCOMES: Record<JobOutcome, [Tone, string]> = {
  WAITING: ["neutral", "Waiting"],
  RUNNING: ["accent", "Running"],
  DONE: ["ok", "Done"],
  WITH_ERRORS: ["warn", "Done with errors"],
  NOTHING_WRITTEN: ["bad", "Nothing written"],
  FAILED: ["bad", "Failed"],
  CANCELLED: ["warn", "Cancelled"],
};

export function JobState({ job }: { job: { state: string; result: unknown } }) {
  const [tone, label] = OUTCOMES[outcomeOf(job)];
  return <Badge tone={tone}>{label}</Badge>;
}
