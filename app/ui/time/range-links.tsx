import { Link, useNavigate } from "@remix-run/react";
import { Check, Link2 } from "lucide-react";
import { useEffect, useState } from "react";
import { shifted, type Span } from "~/platform/range.ts";
import { isTyping } from "~/ui/typing.ts";
import { useShownRange, type ShownRange } from "./shown-range.tsx";

/** The ranges before and after the one that is shown; null where there is none. */
export function neighboursOf({ range, now, linkTo }: ShownRange): { previous: string | null; next: string | null } {
  const link = (span: Span | null) => span && linkTo(span);
  return { previous: link(shifted(range, -1, now)), next: link(shifted(range, 1, now)) };
}

/** `[` and `]` go to the range before and after. */
export function useRangeKeys(): void {
  const shown = useShownRange();
  const navigate = useNavigate();
  useEffect(() => {
    // A page with a span of its own has neighbours only once someone chose two ends.
    if (!shown || (shown.usual === null && shown.range.live)) return undefined;
    const press = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      if (document.querySelector("[role=dialog]")) return;
      const { previous, next } = neighboursOf(shown);
      const to = event.key === "[" ? previous : event.key === "]" ? next : null;
      if (!to) return;
      event.preventDefault();
      void navigate(to, { preventScrollReset: true });
    };
    document.addEventListener("keydown", press);
    return () => document.removeEventListener("keydown", press);
  }, [shown, navigate]);
}

/** Copies an address that shows the same to whoever opens it later. Before JavaScript it is a link to that address. */
export function CopyMoment({ shown, className = "" }: { shown: ShownRange; className?: string }) {
  const [copied, setCopied] = useState(false);
  const to = shown.linkTo(shown.range);
  return (
    <Link
      to={to}
      preventScrollReset
      className={className}
      onClick={(event) => {
        // Without a safe connection a browser offers no clipboard: then the link opens, and its address can be copied.
        if (!("clipboard" in navigator)) return;
        event.preventDefault();
        void navigator.clipboard.writeText(new URL(to, location.href).href).then(() => {
          setCopied(true);
          setTimeout(() => setCopied(false), 1500);
        });
      }}
    >
      {copied ? <Check size={13} aria-hidden /> : <Link2 size={13} aria-hidden />}
      <span aria-live="polite">{copied ? "Link copied" : "Copy link to this moment"}</span>
    </Link>
  );
}
