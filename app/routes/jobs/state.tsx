import { Badge, type Tone } from "~/ui/feedback/badge.tsx";

const STATES: Record<string, [Tone, string]> = {
  QUEUED: ["neutral", "Waiting"],
  RUNNING: ["accent", "Running"],
  DONE: ["ok", "Done"],
  FAILED: ["bad", "Failed"],
  CANCELLED: ["warn", "Cancelled"],
};

export function JobState({ state }: { state: string }) {
  const [tone, label] = STATES[state] ?? ["neutral", state];
  return <Badge tone={tone}>{label}</Badge>;
}
