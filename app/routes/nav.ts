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
