import type { ExamStatus } from "~/domains/exams/machine.ts";
import { words } from "~/platform/machine.ts";
import { Badge, type Tone } from "~/ui/feedback/badge.tsx";

const EXAM: Record<ExamStatus, Tone> = {
  DRAFT: "neutral",
  SCHEDULED: "accent",
  LIVE: "ok",
  CLOSED: "warn",
  GRADED: "accent",
  PUBLISHED: "ok",
  CANCELLED: "bad",
};

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

export const ExamBadge = ({ status }: { status: ExamStatus }) => <Badge tone={EXAM[status]}>{capital(words(status))}</Badge>;

const ATTEMPT: Record<string, Tone> = {
  IN_PROGRESS: "accent",
  PAUSED: "warn",
  LOCKED: "bad",
  SUBMITTED: "neutral",
  FORCE_SUBMITTED: "warn",
  EXPIRED: "warn",
  GRADED: "ok",
  WITHHELD: "bad",
  ZEROED: "bad",
};

export const AttemptBadge = ({ state }: { state: string }) => <Badge tone={ATTEMPT[state]}>{capital(words(state))}</Badge>;

const REVIEW: Record<string, [string, Tone]> = {
  QUEUED: ["Waiting for review", "warn"],
  CLAIMED: ["In review", "accent"],
  SECOND: ["Needs a second reviewer", "warn"],
  THIRD: ["Needs a third reviewer", "warn"],
  CLEARED: ["Cleared", "ok"],
  INCONCLUSIVE: ["Unclear", "neutral"],
  VIOLATION: ["Violation stands", "bad"],
  APPEALED: ["Under appeal", "accent"],
};

export function ReviewBadge({ state }: { state: string }) {
  const [label, tone] = REVIEW[state] ?? [null, "neutral" as Tone];
  return label ? <Badge tone={tone}>{label}</Badge> : <span className="text-muted">–</span>;
}
