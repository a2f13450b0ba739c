import { Link } from "@remix-run/react";
import { count, decimal } from "~/platform/format.ts";
import { Badge, type Tone } from "~/ui/feedback/badge.tsx";
import { ShortId } from "~/ui/feedback/copy.tsx";
import { Ago } from "~/ui/time/time.tsx";
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
  SUSPENDED: "bad",
  EXPIRED: "bad",
  FAILED: "bad",
  REJECTED: "bad",
  ABSENT: "bad",
  VIOLATION: "bad",
  BOUNCED: "bad",
};

/** SUBSCRIPTION_STATUS reads "Subscription status". */
export const words = (value: string) => value.charAt(0) + value.slice(1).toLowerCase().replaceAll("_", " ");

export const State = ({ value }: { value: string }) => <Badge tone={TONES[value] ?? "neutral"}>{words(value)}</Badge>;

export const isNumber = (kind: FieldView["kind"]) => kind === "int" || kind === "money" || kind === "hundredths";

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
  switch (field.kind) {
    case "ref":
      return (
        <Link to={`/data/${field.to ?? ""}/${String(value)}`} className="hover:underline">
          {label ?? <ShortId id={String(value)} />}
        </Link>
      );
    case "choice":
      // A badge is for what is well or is not; a kind, a channel, a level is a word.
      return TONES[String(value)] ? <State value={String(value)} /> : <>{words(String(value))}</>;
    case "bool":
      return value ? <>Yes</> : <span className="text-muted">No</span>;
    case "moment":
      return <Ago at={String(value)} />;
    case "date":
      return <span className="mono">{String(value)}</span>;
    case "money":
      return (
        <>
          {decimal(Number(value) / 100, 2)} {typeof currency === "string" && <span className="text-muted">{currency}</span>}
        </>
      );
    case "hundredths":
      return <>{decimal(Number(value) / 100, 2)}</>;
    case "int":
      return <>{count(Number(value))}</>;
    case "id":
      return label ? <>{label}</> : <ShortId id={String(value)} />;
    case "list":
      return <>{(value as string[]).join(", ")}</>;
    case "json":
      return <code className="line-clamp-2 break-all">{JSON.stringify(value)}</code>;
    default:
      return <>{String(value)}</>;
  }
}
