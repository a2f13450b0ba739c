import { Link } from "@remix-run/react";
import { Badge, type Tone } from "~/ui/feedback/badge.tsx";
import { ShortId } from "~/ui/feedback/copy.tsx";
import { Ago } from "~/ui/time/time.tsx";
import { cellText, words } from "./cell-text.ts";
import { SCALE } from "./scale.ts";
import type { FieldView } from "./view.ts";

const TONES: Record<string, Tone> = {
  ACTIVE: "ok",
  COMPLETED: "ok",
  PUBLISHED: "ok",
  APPROVED: "ok",
  PRESENT: "ok",
  PAID: "ok",
  DELIVERED: "ok",
  READ: "ok",
  SENT: "ok",
  CLEARED: "ok",
  LIVE: "accent",
  PENDING: "warn",
  PAST_DUE: "warn",
  LATE: "warn",
  TRIAL: "warn",
  QUEUED: "warn",
  SCHEDULED: "neutral",
  NOT_ENROLLED: "warn",
  LOCKED: "bad",
  INACTIVE: "bad",
  TENANT_CLOSED: "bad",
  DELETED: "bad",
  SUSPENDED: "bad",
  EXPIRED: "bad",
  FAILED: "bad",
  OUTBOX: "warn",
  REJECTED: "bad",
  ABSENT: "bad",
  VIOLATION: "bad",
  BOUNCED: "bad",
};

export const State = ({ value }: { value: string }) => <Badge tone={TONES[value] ?? "neutral"}>{words(value)}</Badge>;

export const isNumber = (kind: FieldView["kind"]) => kind in SCALE;

/** One value as people read it. */
export function Value({
  field,
  value,
  label,
  currency,
}: {
  field: FieldView;
  value: unknown;
  label?: string;
  currency?: unknown;
}) {
  if (value === null || value === undefined || value === "") return <span className="text-faint">–</span>;
  const text = cellText({ field, value, label, currency });
  switch (field.kind) {
    case "ref":
      return (
        <Link to={`/data/${field.to ?? ""}/${String(value)}`} className="hover:underline">
          {label ?? <ShortId id={String(value)} />}
        </Link>
      );
    case "id":
      return label ? <>{label}</> : <ShortId id={String(value)} />;
    case "choice":
      // A badge is for what is well or is not; a kind, a channel, a level is a word.
      return TONES[String(value)] ? <State value={String(value)} /> : <>{text}</>;
    case "bool":
      return value ? <>{text}</> : <span className="text-muted">{text}</span>;
    case "moment":
      return <Ago at={String(value)} />;
    case "date":
      return <span className="mono">{text}</span>;
    case "json":
      return <code className="line-clamp-2 break-all">{text}</code>;
    default:
      return <>{text}</>;
  }
}
