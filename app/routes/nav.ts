import type { LucideIcon } from "lucide-react";
import {
  Activity,
  Archive,
  Bell,
  BookOpen,
  Building2,
  CalendarClock,
  ClipboardList,
  DatabaseBackup,
  Fingerprint,
  GitFork,
  GraduationCap,
  HeartPulse,
  LayoutDashboard,
  Lightbulb,
  ListTree,
  Lock,
  Mail,
  NotebookPen,
  Plug,
  Scale,
  ScanEye,
  ScrollText,
  Siren,
  Table2,
  TextSearch,
  Users,
  Wrench,
} from "lucide-react";
import type { Permission } from "~/access/policy.ts";

export type NavItem = { to: string; label: string; icon: LucideIcon; permission: Permission; end?: boolean; words?: string };
export type NavSection = { title: string | null; items: NavItem[] };

/** The rail and the command palette: only pages that work, only for those who may. */
export const NAV: NavSection[] = [
  {
    title: null,
    items: [{ to: "/", label: "Overview", icon: LayoutDashboard, permission: "self", end: true, words: "home today" }],
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
      { to: "/database/findings", label: "Findings", icon: Lightbulb, permission: "database.read", words: "advice checks" },
      { to: "/database/alerts", label: "Alerts", icon: Bell, permission: "database.read", words: "rules silence" },
      { to: "/database/incidents", label: "Incidents", icon: Siren, permission: "database.read", words: "outage timeline" },
      { to: "/database/health", label: "Health", icon: HeartPulse, permission: "database.read", words: "probes collector ready" },
    ],
  },
];

/** Icons that rooms use for their pages, kept in one import. */
export const ICONS = {
  Activity,
  Archive,
  Bell,
  BookOpen,
  Building2,
  CalendarClock,
  ClipboardList,
  DatabaseBackup,
  Fingerprint,
  GitFork,
  GraduationCap,
  Lightbulb,
  ListTree,
  Lock,
  Mail,
  NotebookPen,
  Plug,
  Scale,
  ScanEye,
  ScrollText,
  Siren,
  Table2,
  TextSearch,
  Users,
  Wrench,
};
