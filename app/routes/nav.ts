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
  FileUp,
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
  {
    title: "Platform",
    items: [
      { to: "/tenants", label: "Tenants", icon: Building2, permission: "tenants.read", words: "colleges subscriptions" },
      { to: "/people", label: "People", icon: Users, permission: "platform.read", words: "students teachers users" },
      {
        to: "/academics/classes",
        label: "Academics",
        icon: GraduationCap,
        permission: "platform.read",
        words: "classes subjects grades attendance",
      },
      {
        to: "/enrollments",
        label: "Enrollments",
        icon: ClipboardList,
        permission: "platform.read",
        words: "payments registrations invoices",
      },
      { to: "/exams", label: "Exams", icon: NotebookPen, permission: "exams.read", words: "papers questions live schedule" },
      {
        to: "/communication/events",
        label: "Communication",
        icon: Mail,
        permission: "platform.read",
        words: "events announcements notifications",
      },
      {
        to: "/learning/courses",
        label: "Learning",
        icon: BookOpen,
        permission: "platform.read",
        words: "courses lessons stories",
      },
      { to: "/imports", label: "Imports", icon: FileUp, permission: "platform.manage", words: "csv upload" },
      { to: "/jobs", label: "Jobs", icon: Archive, permission: "jobs.read", words: "imports bulk" },
    ],
  },
  {
    title: "Integrity",
    items: [
      {
        to: "/integrity",
        label: "Review",
        icon: ScanEye,
        permission: "integrity.read",
        end: true,
        words: "queue suspicious attempts proctor",
      },
      { to: "/integrity/appeals", label: "Appeals", icon: Scale, permission: "appeals.read", words: "violation restore" },
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
