import { Badge, type Tone } from "~/ui/feedback/badge.tsx";

const TONES: Record<string, Tone> = {
  CRITICAL: "bad",
  WARNING: "warn",
  INFO: "neutral",
  error: "bad",
  warning: "warn",
  note: "neutral",
};
const WORDS: Record<string, string> = {
  CRITICAL: "Critical",
  WARNING: "Warning",
  INFO: "Info",
  error: "Error",
  warning: "Warning",
  note: "Note",
};

export function SeverityBadge({ severity }: { severity: string }) {
  return <Badge tone={TONES[severity] ?? "neutral"}>{WORDS[severity] ?? severity}</Badge>;
}
