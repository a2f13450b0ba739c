import { useSearchParams } from "@remix-run/react";
import { useEffect, useRef, type ReactNode } from "react";

/** An address that differs from this one in a few parameters. */
export function useLink() {
  const [params] = useSearchParams();
  return (changes: Record<string, string | null>) => {
    const next = new URLSearchParams(params);
    for (const [name, value] of Object.entries(changes)) {
      if (value === null) next.delete(name);
      else next.set(name, value);
    }
    return `?${next.toString()}`;
  };
}

export const Hidden = ({ params, without }: { params: URLSearchParams; without: string[] }) => (
  <>
    {[...params]
      .filter(([name]) => !without.includes(name))
      .map(([name, value]) => (
        <input key={name} type="hidden" name={name} value={value} />
      ))}
  </>
);

/** A menu that opens without JavaScript. */
export function Pop({ summary, label, children }: { summary: ReactNode; label: string; children: ReactNode }) {
  const ref = useRef<HTMLDetailsElement>(null);
  useEffect(() => {
    const close = (event: MouseEvent) => {
      if (ref.current?.open && !ref.current.contains(event.target as Node)) ref.current.open = false;
    };
    document.addEventListener("click", close);
    return () => document.removeEventListener("click", close);
  }, []);
  return (
    <details ref={ref} className="relative">
      <summary className="control list-none" aria-label={label}>
        {summary}
      </summary>
      <div
        className="panel absolute right-0 z-30 mt-1 max-h-[60vh] w-64 overflow-y-auto p-1.5 max-sm:fixed max-sm:inset-x-3 max-sm:w-auto"
        style={{ boxShadow: "var(--shadow)" }}
      >
        {children}
      </div>
    </details>
  );
}
