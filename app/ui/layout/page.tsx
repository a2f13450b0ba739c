import { useEffect, useRef, type ReactNode } from "react";
import { NavLink, useLocation } from "@remix-run/react";
import { rangeQuery, withRange } from "~/platform/range.ts";
import { ActionNotice } from "~/ui/form/action-notice.tsx";

/** A page speaks first, in one sentence, then shows the figures behind it. */
export function Page(props: {
  title: ReactNode;
  context?: ReactNode;
  badge?: ReactNode;
  actions?: ReactNode;
  tabs?: Tab[];
  /** What an action made, shown with its message: a key, a link. */
  made?: ReactNode;
  children: ReactNode;
}) {
  return (
    <div className="mx-auto flex w-full max-w-[1560px] flex-col gap-4 px-4 py-5 md:px-6">
      <header className="flex flex-col gap-3">
        <div className="flex flex-wrap items-start justify-between gap-x-4 gap-y-2">
          <div className="min-w-0">
            <div className="flex flex-wrap items-center gap-2.5">
              <h1 className="text-[19px] leading-[26px] font-[620] tracking-[-0.012em]">{props.title}</h1>
              {props.badge}
            </div>
            {props.context && <p className="mt-0.5 max-w-[110ch] text-muted">{props.context}</p>}
          </div>
          {props.actions && <div className="flex flex-wrap items-center gap-2">{props.actions}</div>}
        </div>
        {props.tabs && <Tabs tabs={props.tabs} />}
      </header>
      <ActionNotice>{props.made}</ActionNotice>
      {props.children}
    </div>
  );
}

export type Tab = { to: string; label: string; count?: number | string; end?: boolean };

function Tabs({ tabs }: { tabs: Tab[] }) {
  const { search, pathname } = useLocation();
  const range = rangeQuery(new URLSearchParams(search));
  const bar = useRef<HTMLElement>(null);
  // On a phone they don't all fit: where one is, is always in sight.
  useEffect(() => {
    const here = bar.current?.querySelector<HTMLElement>("[aria-current=page]");
    if (bar.current && here) bar.current.scrollLeft = here.offsetLeft - bar.current.offsetLeft - 40;
  }, [pathname]);
  return (
    <nav ref={bar} aria-label="Sections of this page" className="-mb-px flex gap-4 overflow-x-auto border-b">
      {tabs.map((tab) => (
        <NavLink
          key={tab.to}
          to={withRange(tab.to, range)}
          end={tab.end}
          className={({ isActive }) =>
            `-mb-px border-b-2 py-1.5 whitespace-nowrap ${isActive ? "border-accent font-[560] text-ink" : "border-transparent text-muted hover:text-ink"}`
          }
        >
          {tab.label}
          {tab.count !== undefined && <span className="ml-1.5 text-[12px] text-muted tabular-nums">{tab.count}</span>}
        </NavLink>
      ))}
    </nav>
  );
}
