import type { ReactNode } from "react";

export type Tone = "ok" | "warn" | "bad" | "neutral" | "accent";

const SOFT: Record<Tone, string> = {
  ok: "bg-ok-soft text-ok",
  warn: "bg-warn-soft text-warn",
  bad: "bg-bad-soft text-bad",
  neutral: "bg-sunk text-muted",
  accent: "bg-accent-soft text-accent",
};

/** A state: always a word beside the colour. */
export function Badge({ tone = "neutral", dot = true, children }: { tone?: Tone; dot?: boolean; children: ReactNode }) {
  return (
    <span
      className={`inline-flex h-5 items-center gap-1.5 rounded-badge px-1.5 text-[11.5px] font-[560] whitespace-nowrap ${SOFT[tone]}`}
    >
      {dot && <span aria-hidden className="size-1.5 rounded-full bg-current" />}
      {children}
    </span>
  );
}

/** A count in the navigation or a title. */
export function Count({ value, tone = "neutral" }: { value: string | number; tone?: Tone }) {
  return (
    <span className={`inline-flex h-[18px] items-center rounded-full px-1.5 text-[11px] font-[560] tabular-nums ${SOFT[tone]}`}>
      {value}
    </span>
  );
}
