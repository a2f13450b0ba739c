import type { ReactNode } from "react";

/** An empty page teaches its first step. */
export function Empty({ title, children, action }: { title: string; children?: ReactNode; action?: ReactNode }) {
  return (
    <div className="flex flex-col items-start gap-2 px-3.5 py-6">
      <p className="text-[13px] font-[600]">{title}</p>
      {children && <div className="max-w-[60ch] text-muted">{children}</div>}
      {action && <div className="mt-1">{action}</div>}
    </div>
  );
}

/** What can't be shown, and why: never a stale or an invented number in its place. */
export function Unknown({ reason, grant }: { reason: string; grant?: string | null }) {
  return (
    <div role="status" className="flex flex-col gap-1 px-3.5 py-4 text-muted">
      <p>
        <span className="font-[560] text-warn">Not available right now.</span> {reason}
      </p>
      {grant && <code className="mt-1 block rounded-control bg-sunk px-2 py-1.5 text-ink">{grant}</code>}
    </div>
  );
}

export function Notice({
  tone,
  title,
  children,
}: {
  tone: "ok" | "warn" | "bad" | "neutral";
  title: string;
  children?: ReactNode;
}) {
  const soft = {
    ok: "bg-ok-soft text-ok",
    warn: "bg-warn-soft text-warn",
    bad: "bg-bad-soft text-bad",
    neutral: "bg-sunk text-ink",
  }[tone];
  return (
    <div role={tone === "bad" ? "alert" : "status"} className={`rounded-control px-3 py-2 ${soft}`}>
      <p className="font-[560]">{title}</p>
      {children && <div className="mt-0.5 text-ink">{children}</div>}
    </div>
  );
}

export function Progress({ done, total, label }: { done: number; total: number | null; label: string }) {
  const share = total && total > 0 ? Math.min(100, (done / total) * 100) : null;
  return (
    <div
      role="progressbar"
      aria-label={label}
      aria-valuenow={share ?? undefined}
      aria-valuemin={0}
      aria-valuemax={100}
      className="h-1.5 w-full overflow-hidden rounded-full bg-sunk"
    >
      <div
        className={`h-full rounded-full bg-accent ${share === null ? "w-1/3 animate-pulse" : ""}`}
        style={share === null ? undefined : { width: `${share}%` }}
      />
    </div>
  );
}
