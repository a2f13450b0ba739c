import { useEffect, useRef, type ReactNode } from "react";
import { useLocation } from "@remix-run/react";

type Props = {
  summary: ReactNode;
  /** What it is called, where the summary alone does not say so. */
  label?: string;
  children: ReactNode;
  className?: string;
  /** The summary's own look; a button where nothing is given. */
  summaryClassName?: string;
  panelClassName?: string;
  /** Open while the page's filters change, or also while someone works elsewhere on the page. */
  stays?: "filters" | "always";
};

/** A menu or a small panel that opens without JavaScript; Escape, a click elsewhere and a new page close it. */
export function Dropdown({
  summary,
  label,
  children,
  className = "",
  summaryClassName = "control",
  panelClassName = "right-0 mt-1 w-64 p-1.5",
  stays,
}: Props) {
  const ref = useRef<HTMLDetailsElement>(null);
  const location = useLocation();
  const page = stays ? location.pathname : location.key;
  useEffect(() => {
    if (ref.current) ref.current.open = false;
  }, [page]);
  useEffect(() => {
    const close = (event: Event) => {
      const menu = ref.current;
      if (!menu?.open) return;
      const escaped = event instanceof KeyboardEvent && event.key === "Escape";
      const left = event instanceof MouseEvent && stays !== "always" && !menu.contains(event.target as Node);
      if (escaped || left) menu.open = false;
      if (escaped) menu.querySelector("summary")?.focus();
    };
    document.addEventListener("click", close);
    document.addEventListener("keydown", close);
    return () => {
      document.removeEventListener("click", close);
      document.removeEventListener("keydown", close);
    };
  }, [stays]);
  return (
    <details ref={ref} className={`relative ${className}`}>
      <summary aria-label={label} className={`list-none ${summaryClassName}`}>
        {summary}
      </summary>
      <div
        className={`panel absolute z-40 max-h-[70vh] overflow-y-auto ${panelClassName}`}
        style={{ boxShadow: "var(--shadow)" }}
      >
        {children}
      </div>
    </details>
  );
}
