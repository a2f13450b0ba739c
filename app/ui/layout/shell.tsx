import { Building2, ChevronDown, Menu, Search } from "lucide-react";
import { Form, Link, NavLink, useLocation, useSearchParams } from "@remix-run/react";
import type { LucideIcon } from "lucide-react";
import type { ReactNode } from "react";
import { observes } from "~/platform/depth.ts";
import { rangeQuery, withRange } from "~/platform/range.ts";
import { Count, type Tone } from "~/ui/feedback/badge.tsx";
import { RangeMenu } from "~/ui/time/range-menu.tsx";
import { RangeStrip } from "~/ui/time/range-strip.tsx";
import { RangeProvider, useShownRange, type PageRange } from "~/ui/time/shown-range.tsx";
import { Dropdown } from "./dropdown.tsx";
import { Mark } from "./mark.tsx";
import { Palette, type PaletteItem } from "./palette.tsx";
import { Shortcuts } from "./shortcuts.tsx";

export type RailItem = {
  to: string;
  label: string;
  icon: LucideIcon;
  end?: boolean;
  count?: string;
  tone?: Tone;
  words?: string;
  /** One is in its area, under whichever address. */
  here?: boolean;
};
export type RailSection = { title: string | null; items: RailItem[] };
export type Crumb = { label: string; to?: string };

export type ShellProps = {
  sections: RailSection[];
  crumbs: Crumb[];
  person: { name: string; email: string; role: string };
  tenants: { id: string; name: string }[];
  tenant: { id: string; name: string } | null;
  mayChooseAll: boolean;
  zone: string;
  theme: string;
  /** What the page says of its time range; null on a page without times. */
  range: PageRange | null;
  /** The moment that this was read, for a range that ends now. */
  now: number;
  /** The range that was looked at last, for addresses that name none. */
  remembered: string;
  children: ReactNode;
};

export function Shell(props: ShellProps) {
  const [params] = useSearchParams();
  const range = rangeQuery(params) || props.remembered;
  const sections = props.sections.map((section) => ({
    ...section,
    items: section.items.map((item) => ({ ...item, to: withRange(item.to, range) })),
  }));
  const flat = sections.flatMap((section) => section.items);
  return (
    <div className="md:grid md:min-h-screen md:grid-cols-[208px_minmax(0,1fr)]">
      <a href="#content" className="control sr-only z-50 focus:not-sr-only focus:fixed focus:top-2 focus:left-2">
        Skip to the content
      </a>
      <Rail sections={sections} />
      <div className="flex min-w-0 flex-col pb-16 md:pb-0">
        <RangeProvider page={props.range} remembered={props.remembered} now={props.now}>
          <TopBar {...props} />
          <main id="content" tabIndex={-1} className="min-w-0 flex-1 outline-none">
            <RangeStrip />
            {props.children}
          </main>
        </RangeProvider>
      </div>
      <BottomBar items={flat} />
      <Palette items={flat.map((item): PaletteItem => ({ to: item.to, label: item.label, words: item.words }))} />
    </div>
  );
}

function Rail({ sections }: { sections: RailSection[] }) {
  return (
    <nav aria-label="Main" className="sticky top-0 hidden h-screen flex-col overflow-y-auto border-r bg-sunk px-2 pb-4 md:flex">
      <Link to="/" className="flex h-12 shrink-0 items-center gap-2.5 px-2 text-[14px] font-[620] tracking-[-0.01em]">
        <Mark />
        Invigil
      </Link>
      {sections.map((section) => (
        <div key={section.title ?? "top"} className="mb-2">
          {section.title && <h2 className="px-2 pt-2 pb-1 text-[12px] text-muted">{section.title}</h2>}
          <ul className="flex flex-col">
            {section.items.map((item) => (
              <li key={item.to}>
                <NavLink
                  to={item.to}
                  end={item.end}
                  prefetch="intent"
                  className={({ isActive }) =>
                    `flex h-8 items-center gap-2.5 rounded-control border px-2 ${isActive || item.here ? "border-hairline bg-panel font-[560] text-ink" : "border-transparent text-muted hover:text-ink"}`
                  }
                >
                  <item.icon size={15} strokeWidth={1.7} />
                  <span className="flex-1 truncate">{item.label}</span>
                  {item.count && <Count value={item.count} tone={item.tone} />}
                </NavLink>
              </li>
            ))}
          </ul>
        </div>
      ))}
    </nav>
  );
}

/** On a phone: four places and the rest behind the fifth. */
function BottomBar({ items }: { items: RailItem[] }) {
  const first = items.slice(0, 4);
  return (
    <nav
      aria-label="Main, small screens"
      className="fixed inset-x-0 bottom-0 z-30 grid h-14 grid-cols-5 border-t bg-panel md:hidden"
    >
      {first.map((item) => (
        <NavLink
          key={item.to}
          to={item.to}
          end={item.end}
          className={({ isActive }) =>
            `flex flex-col items-center justify-center gap-0.5 text-[11px] ${isActive ? "text-accent" : "text-muted"}`
          }
        >
          <item.icon size={18} strokeWidth={1.7} />
          <span className="max-w-full truncate px-1">{item.label}</span>
        </NavLink>
      ))}
      <details className="group contents">
        <summary className="flex list-none flex-col items-center justify-center gap-0.5 text-[11px] text-muted">
          <Menu size={18} strokeWidth={1.7} aria-hidden />
          More
        </summary>
        <div className="panel fixed inset-x-2 bottom-16 max-h-[70vh] overflow-y-auto p-2" style={{ boxShadow: "var(--shadow)" }}>
          {items.map((item) => (
            <Link key={item.to} to={item.to} className="flex h-10 items-center gap-3 rounded-control px-2 hover:bg-sunk">
              <item.icon size={16} strokeWidth={1.7} />
              {item.label}
            </Link>
          ))}
        </div>
      </details>
    </nav>
  );
}

function TopBar(props: ShellProps) {
  const shown = useShownRange();
  return (
    <header className="sticky top-0 z-20 flex h-12 items-center gap-2.5 border-b bg-ground px-4 md:px-5">
      <Link to="/" aria-label="Overview" className="md:hidden">
        <Mark />
      </Link>
      <nav aria-label="Breadcrumbs" className="hidden min-w-0 flex-1 truncate text-muted sm:block">
        {props.crumbs.map((crumb, index) => (
          <span key={`${crumb.label}${index}`}>
            {index > 0 && <span aria-hidden> / </span>}
            {crumb.to ? (
              <Link to={crumb.to} className="hover:text-ink">
                {crumb.label}
              </Link>
            ) : (
              crumb.label
            )}
          </span>
        ))}
      </nav>
      <div className="flex flex-1 items-center justify-end gap-2.5 sm:flex-none">
        {!observes() && <SearchBox />}
        <TenantMenu {...props} />
        {shown?.usual && <RangeMenu shown={shown} />}
        <AccountMenu {...props} />
      </div>
    </header>
  );
}

function SearchBox() {
  return (
    <Form action="/search" role="search" className="flex-1 sm:flex-none">
      <label className="control w-full text-muted sm:w-[240px]">
        <Search size={14} aria-hidden />
        <input
          name="q"
          type="search"
          aria-label="Find a person, exam, tenant"
          placeholder="Find a person, exam…"
          className="w-full min-w-0 bg-transparent text-ink outline-none placeholder:text-muted"
          data-search
        />
        <kbd className="mono hidden rounded-[4px] border px-1 text-[11px] sm:inline">⌘K</kbd>
      </label>
    </Form>
  );
}

const MENU = "font-[520] whitespace-nowrap control";

const MENU_ROW = "flex min-h-8 w-full items-center gap-2 rounded-control px-2 text-left hover:bg-sunk";

function TenantMenu({ tenants, tenant, mayChooseAll }: ShellProps) {
  const location = useLocation();
  if (tenants.length === 0) return null;
  const name =
    tenant?.name ?? (mayChooseAll ? "All tenants" : tenants.length === 1 ? tenants[0]!.name : `${tenants.length} tenants`);
  return (
    <Dropdown
      label={`Tenant: ${name}`}
      summaryClassName={MENU}
      panelClassName="right-0 mt-1 w-72 p-1"
      summary={
        <>
          <Building2 size={14} aria-hidden />
          <span className="hidden max-w-[140px] truncate lg:inline">{name}</span>
        </>
      }
    >
      <Form method="post" action="/settings/preferences" reloadDocument>
        <input type="hidden" name="intent" value="tenant" />
        <input type="hidden" name="to" value={location.pathname} />
        {tenants.length > 1 && (
          <button className={MENU_ROW} name="tenant" value="" aria-current={tenant === null}>
            {mayChooseAll ? "All tenants" : "All my tenants"}
          </button>
        )}
        {tenants.map((one) => (
          <button
            key={one.id}
            className={`${MENU_ROW} ${tenant?.id === one.id ? "font-[560]" : ""}`}
            name="tenant"
            value={one.id}
            aria-current={tenant?.id === one.id}
          >
            <span className="truncate">{one.name}</span>
          </button>
        ))}
      </Form>
    </Dropdown>
  );
}

function AccountMenu({ person, zone, theme, sections }: ShellProps) {
  const location = useLocation();
  const initials = person.name
    .split(/\s+/)
    .map((word) => word[0])
    .slice(0, 2)
    .join("");
  return (
    <Dropdown
      label={`Account of ${person.name}`}
      summaryClassName={MENU}
      panelClassName="right-0 mt-1 w-56 p-1"
      summary={
        <>
          <span aria-hidden>{initials}</span>
          <ChevronDown size={12} aria-hidden className="hidden sm:inline" />
        </>
      }
    >
      <p className="px-2 py-1.5">
        <span className="block font-[560]">{person.name}</span>
        <span className="block text-[12px] text-muted">
          {person.role} · {person.email}
        </span>
      </p>
      <hr className="my-1" />
      <Link to="/settings/security" className={MENU_ROW}>
        Security
      </Link>
      <Link to="/settings/sessions" className={MENU_ROW}>
        Sessions
      </Link>
      <Shortcuts
        className={`${MENU_ROW} justify-between`}
        reviews={sections.some((section) => section.items.some((item) => item.to === "/integrity"))}
      />
      <Form method="post" action="/settings/preferences" reloadDocument>
        <input type="hidden" name="to" value={`${location.pathname}${location.search}`} />
        <input type="hidden" name="intent" value="look" />
        <button className={MENU_ROW} name="theme" value={theme === "dark" ? "light" : "dark"}>
          {theme === "dark" ? "Light theme" : "Dark theme"}
        </button>
        <button className={MENU_ROW} name="theme" value="system">
          Match system
        </button>
        <button
          className={MENU_ROW}
          name="zone"
          value="UTC"
          onClick={(event) => {
            if (zone === "UTC") event.currentTarget.value = Intl.DateTimeFormat().resolvedOptions().timeZone;
          }}
        >
          {zone === "UTC" ? "Show times in my time zone" : "Show times in UTC"}
        </button>
      </Form>
      <hr className="my-1" />
      <Form method="post" action="/logout" reloadDocument>
        <button className={MENU_ROW}>Log out</button>
      </Form>
    </Dropdown>
  );
}
