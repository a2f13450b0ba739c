import { useEffect, useRef, type ReactNode } from "react";
import { isTyping } from "~/ui/typing.ts";

type Props = {
  /** Whether something is selected, or was just done. */
  open: boolean;
  /** What happened: read out, and shown where it was asked for. */
  happened?: { tone: "ok" | "bad"; says: string } | null;
  children: ReactNode;
};

/** At the bottom of the window, however long the list: what is selected, what can be done with it, and what came of it. */
export function SelectionBar({ open, happened, children }: Props) {
  const bar = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      const elsewhere = event.key !== "a" || event.ctrlKey || event.metaKey || event.altKey;
      if (elsewhere || isWriting(event.target) || document.querySelector("[role=dialog]")) return;
      const first = bar.current?.querySelector<HTMLElement>("button:not(:disabled):not([hidden])");
      if (!first) return;
      event.preventDefault();
      first.focus();
    };
    document.addEventListener("keydown", press);
    return () => document.removeEventListener("keydown", press);
  }, []);
  return (
    <>
      {open && <div aria-hidden className="h-24 max-md:h-40" />}
      <div
        ref={bar}
        role="region"
        aria-label="Selection"
        className="pointer-events-none fixed inset-x-2 bottom-16 z-20 md:right-6 md:bottom-3 md:left-[232px]"
      >
        <div
          className={
            open
              ? "panel pointer-events-auto mx-auto flex max-w-[1512px] flex-wrap items-center gap-x-3 gap-y-1.5 px-3.5 py-2"
              : "sr-only"
          }
          style={open ? { boxShadow: "var(--shadow)" } : undefined}
        >
          <p
            role={happened?.tone === "bad" ? "alert" : "status"}
            className={happened ? `mr-auto font-[560] ${happened.tone === "bad" ? "text-bad" : "text-ok"}` : ""}
          >
            {happened?.says}
          </p>
          {open && children}
        </div>
      </div>
    </>
  );
}

/** A ticked box is an input in which nobody writes. */
const isWriting = (target: EventTarget | null) =>
  isTyping(target) && !(target instanceof HTMLInputElement && target.type === "checkbox");
