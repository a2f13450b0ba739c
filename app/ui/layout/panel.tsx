import type { ReactNode } from "react";
import { Dropdown } from "./dropdown.tsx";

/** Where a number comes from: the SQL, the server, the moment. */
export type Source = { sql: string; target: string; at: string | null; error?: string | null };

function SourceOf({ source }: { source: Source }) {
  return (
    <Dropdown
      summary="source"
      summaryClassName="text-[12px] text-muted hover:text-ink"
      panelClassName="right-0 mt-1 w-[min(560px,85vw)] p-3 text-[12px]"
      stays="filters"
    >
      <p className="text-muted">
        {source.target} · {source.at ? `sampled ${source.at}` : "not sampled yet"}
        {source.error && <span className="text-bad"> · {source.error}</span>}
      </p>
      <pre className="mt-2 max-h-72 overflow-auto rounded-control bg-sunk p-2 whitespace-pre-wrap" tabIndex={0}>
        {source.sql.trim()}
      </pre>
    </Dropdown>
  );
}

export function Panel(props: {
  title?: ReactNode;
  aside?: ReactNode;
  source?: Source;
  children: ReactNode;
  flush?: boolean;
  className?: string;
  id?: string;
}) {
  const { title, aside, source, children, flush, className = "", id } = props;
  return (
    <section id={id} className={`panel min-w-0 ${className}`}>
      {(title || aside || source) && (
        <header className="flex min-h-10 flex-wrap items-center justify-between gap-x-3 gap-y-1 px-3.5 py-1">
          <h2 className="text-[13px] font-[600]">{title}</h2>
          <div className="flex flex-wrap items-center gap-x-3 gap-y-1 text-[12px] text-muted">
            {aside}
            {source && <SourceOf source={source} />}
          </div>
        </header>
      )}
      <div className={flush ? "overflow-x-auto pb-1" : "px-3.5 pt-1 pb-3.5"}>{children}</div>
    </section>
  );
}

/** One of at most four figures on top of a page. */
export function Figure(props: {
  label: string;
  value: ReactNode;
  unit?: ReactNode;
  note?: ReactNode;
  tone?: "bad" | "warn";
  to?: ReactNode;
}) {
  const tone = props.tone === "bad" ? "text-bad" : props.tone === "warn" ? "text-warn" : "";
  return (
    <div className="panel min-w-0 px-3.5 py-3">
      <p className="text-muted">{props.label}</p>
      <p className={`mt-0.5 flex flex-wrap items-baseline gap-x-1.5 ${tone}`}>
        <span className="text-[24px] leading-[32px] font-[600] tracking-[-0.015em] tabular-nums">{props.value}</span>
        {props.unit && <span className="text-muted">{props.unit}</span>}
      </p>
      {props.note && <p className="mt-0.5 text-[12px] text-muted">{props.note}</p>}
    </div>
  );
}

export function Figures({ children }: { children: ReactNode }) {
  return <div className="grid grid-cols-2 gap-3 xl:grid-cols-4">{children}</div>;
}

/** The main column and, on the right, what needs this person now. */
export function WithAside({ children, aside }: { children: ReactNode; aside: ReactNode }) {
  return (
    <div className="grid gap-4 xl:grid-cols-[minmax(0,1fr)_320px]">
      <div className="flex min-w-0 flex-col gap-4">{children}</div>
      <aside className="flex min-w-0 flex-col gap-4">{aside}</aside>
    </div>
  );
}
