import type { LucideIcon } from "lucide-react";
import {
  Activity,
  Archive,
  Bell,
  CalendarClock,
  FileUp,
  Fingerprint,
  Gauge,
  GitFork,
  HeartPulse,
  LayoutDashboard,
  Lightbulb,
  ListTree,
  Lock,
  Plug,
  Scale,
  ScrollText,
  Siren,
  Table2,
  TextSearch,
  Wrench,
} from "lucide-react";
import { may, type Permission } from "~/access/policy.ts";
import { observes } from "~/platform/depth.ts";
import type { Tab } from "~/ui/layout/page.tsx";
import { AREAS } from "./areas.ts";

export type NavItem = {
  to: string;
  label: string;
  icon: LucideIcon;
  permission: Permission;
  end?: boolean;
  words?: string;
  /** The area that it opens. */
  area?: string;
  /** Of no use beside a server that is only watched. */
  ofPlatform?: true;
};
export type NavSection = { title: string | null; items: NavItem[] };

const areaItems = (...names: string[]): NavItem[] => names.map((area) => ({ ...AREAS[area]!, area }));

/** The rail and the command palette: only pages that work, only for those who may. */
export const NAV: NavSection[] = [
  {
    title: null,
    items: [
      { to: "/", label: "Overview", icon: LayoutDashboard, permission: "self", end: true, words: "home today" },
      {
        to: "/readiness",
        label: "Readiness",
        icon: CalendarClock,
        permission: "readiness.read",
        words: "forecast capacity will it hold",
      },
    ],
  },
  {
    title: "Platform",
    items: [
      ...areaItems("tenants", "people", "academics", "enrollments", "exams", "communication", "learning"),
      { to: "/imports", label: "Imports", icon: FileUp, permission: "platform.manage", words: "csv upload" },
      { to: "/jobs", label: "Jobs", icon: Archive, permission: "jobs.read", words: "imports bulk", ofPlatform: true },
    ],
  },
  {
    title: "Integrity",
    items: [
      ...areaItems("integrity"),
      { to: "/integrity/appeals", label: "Appeals", icon: Scale, permission: "appeals.read", words: "violation restore" },
      {
        to: "/integrity/scorecard",
        label: "Scorecard",
        icon: Gauge,
        permission: "integrity.read",
        words: "signals false positives wrong accuracy",
      },
    ],
  },
  {
    title: "Database",
    items: [
      {
        to: "/database",
        label: "Load",
        icon: Activity,
        permission: "database.load",
        end: true,
        words: "active sessions wait events overview",
      },
      { to: "/database/queries", label: "Queries", icon: TextSearch, permission: "database.read", words: "statements slow sql" },
      {
        to: "/database/indexes",
        label: "Indexes",
        icon: ListTree,
        permission: "database.read",
        words: "missing unused duplicate",
      },
      { to: "/database/tables", label: "Tables", icon: Table2, permission: "database.read", words: "size growth dead rows" },
      {
        to: "/database/connections",
        label: "Connections",
        icon: Plug,
        permission: "database.read",
        words: "sessions pool terminate cancel",
      },
      { to: "/database/locks", label: "Locks", icon: Lock, permission: "database.read", words: "blocked blocking waits" },
      {
        to: "/database/replication",
        label: "Replication",
        icon: GitFork,
        permission: "database.read",
        words: "standby lag slots archive",
      },
      {
        to: "/database/maintenance",
        label: "Maintenance",
        icon: Wrench,
        permission: "database.read",
        words: "vacuum analyze wraparound",
      },
      {
        to: "/database/backups",
        label: "Backups",
        icon: Archive,
        permission: "database.read",
        words: "restore drill recovery point in time",
      },
      { to: "/database/findings", label: "Findings", icon: Lightbulb, permission: "database.read", words: "advice checks" },
      { to: "/database/alerts", label: "Alerts", icon: Bell, permission: "database.read", words: "rules silence" },
      { to: "/database/incidents", label: "Incidents", icon: Siren, permission: "database.read", words: "outage timeline" },
      { to: "/database/health", label: "Health", icon: HeartPulse, permission: "database.read", words: "probes collector ready" },
    ],
  },
  {
    title: "Audit",
    items: [
      { to: "/audit", label: "Log", icon: ScrollText, permission: "audit.read", end: true, words: "audit history who did what" },
      {
        to: "/audit/integrity",
        label: "Proof",
        icon: Fingerprint,
        permission: "audit.verify",
        words: "verify tamper checkpoint",
      },
    ],
  },
];

/** Pages that ask for more than the area that they are in. */
const OWN_PERMISSION: Record<string, Permission> = {
  "/tenants/new": "tenants.manage",
  "/exams/today": "platform.read",
  "/exams/incidents": "readiness.read",
};

/** What the rail, the palette and the bar of a phone show to this role. */
export const navOf = (role: string): NavSection[] =>
  NAV.map((section) => ({
    ...section,
    items: section.items.filter((item) => may(role, item.permission) && !(item.ofPlatform && observes())),
  })).filter((section) => section.items.length > 0);

const within = (path: string, area: string) => path === area || path.startsWith(`${area}/`);

/** Whether a link leads somewhere for this person: one that ends at a refusal is not shown. */
export function mayOpen(role: string, to: string): boolean {
  const path = to.split(/[?#]/)[0]!;
  const own = Object.keys(OWN_PERMISSION).find((area) => within(path, area));
  if (own) return may(role, OWN_PERMISSION[own]!);
  const area = NAV.flatMap((section) => section.items)
    .filter((item) => item.to !== "/" && within(path, item.to))
    .sort((a, b) => b.to.length - a.to.length)[0];
  return !area || may(role, area.permission);
}

/** The lists of an area as tabs, for whoever may open it. */
export function areaTabs(name: string, role: string): Tab[] | undefined {
  const area = AREAS[name];
  if (!area || area.lists.length < 2 || !may(role, area.permission)) return undefined;
  return area.lists.map(({ label, resource, to }) => ({ label, to: to ?? `/data/${resource}`, end: to === `/${name}` }));
}
