import type { LucideIcon } from "lucide-react";
import { BookOpen, Building2, ClipboardList, GraduationCap, Mail, NotebookPen, ScanEye, Users } from "lucide-react";
import type { Permission } from "../access/policy.ts";

type AreaList = {
  label: string;
  /** The resource that is listed; a page of its own has none. */
  resource?: string;
  /** Its address, where people know one; else the resource's under /data. */
  to?: string;
  /** Another address that leads here. */
  also?: string;
};

export type Area = {
  label: string;
  icon: LucideIcon;
  permission: Permission;
  /** Where the navigation leads, and what else the palette finds it by. */
  to: string;
  words: string;
  /** Pages below it have entries of their own in the navigation. */
  end?: boolean;
  /** The lists that people open most, as tabs; the others are reached from records and from the palette. */
  lists: AreaList[];
  /** The address of the area itself leads to this list, where it has no page. */
  first?: string;
};

/**
 * What the console is divided into. Navigation, tabs, addresses of lists and redirects follow from this; a resource names
 * the area that it belongs to. Read by routes.ts too, so nothing here may import by alias.
 */
export const AREAS: Record<string, Area> = {
  tenants: {
    label: "Tenants",
    icon: Building2,
    permission: "tenants.read",
    to: "/tenants",
    words: "colleges subscriptions",
    lists: [{ label: "Tenants", resource: "college", to: "/tenants" }],
  },
  people: {
    label: "People",
    icon: Users,
    permission: "platform.read",
    to: "/people",
    words: "students teachers users",
    lists: [
      { label: "People", resource: "user", to: "/people" },
      { label: "Profiles", resource: "student_profile" },
      { label: "Guardians", resource: "guardian" },
      { label: "Families", resource: "family_info" },
      { label: "Scholarships", resource: "scholarship" },
      { label: "Invitations", resource: "user_invitation" },
      { label: "Recovery requests", resource: "recovery_request" },
      { label: "Sessions", resource: "user_session" },
    ],
  },
  academics: {
    label: "Academics",
    icon: GraduationCap,
    permission: "platform.read",
    to: "/academics/classes",
    words: "classes subjects grades attendance",
    first: "/academics/classes",
    lists: [
      { label: "Classes", resource: "class", to: "/academics/classes" },
      { label: "Subjects", resource: "subject" },
      { label: "Teachers", resource: "teacher_class_assignment" },
      { label: "Attendance", resource: "attendance" },
      { label: "Statistics", to: "/academics/attendance" },
      { label: "Grades", resource: "grade" },
      { label: "School years", resource: "school_year" },
      { label: "Semesters", resource: "semester" },
      { label: "Courses", resource: "course" },
      { label: "Grade boundaries", resource: "grade_boundary" },
    ],
  },
  enrollments: {
    label: "Enrollments",
    icon: ClipboardList,
    permission: "platform.read",
    to: "/enrollments",
    words: "payments registrations invoices",
    lists: [
      { label: "Enrollments", resource: "enrollment", to: "/enrollments" },
      { label: "Registrations", resource: "student_registration", to: "/enrollments/registrations" },
      { label: "Payments", resource: "payment", to: "/enrollments/payments", also: "/payments" },
      { label: "Invoices", resource: "invoice" },
      { label: "Transactions", resource: "transaction" },
      { label: "Revenue", to: "/enrollments/revenue" },
    ],
  },
  exams: {
    label: "Exams",
    icon: NotebookPen,
    permission: "exams.read",
    to: "/exams",
    words: "papers questions live schedule statistics",
    lists: [],
  },
  communication: {
    label: "Communication",
    icon: Mail,
    permission: "platform.read",
    to: "/communication/events",
    words: "events announcements notifications",
    first: "/communication/announcements",
    lists: [
      { label: "Events", resource: "event", to: "/communication/events" },
      { label: "Announcements", resource: "announcement", to: "/communication/announcements" },
      { label: "Notifications", resource: "notification", to: "/communication/notifications" },
      { label: "Reminders", resource: "event_reminder" },
      { label: "E-mail log", resource: "email_log" },
    ],
  },
  learning: {
    label: "Learning",
    icon: BookOpen,
    permission: "platform.read",
    to: "/learning/courses",
    words: "courses lessons stories",
    first: "/learning/courses",
    lists: [
      { label: "Courses", resource: "course", to: "/learning/courses" },
      { label: "Activity", to: "/learning/activity" },
      { label: "Modules", resource: "course_module" },
      { label: "Lessons", resource: "lesson" },
      { label: "Assignments", resource: "assignment" },
      { label: "Submissions", resource: "assignment_submission" },
      { label: "Progress", resource: "course_progress" },
      { label: "Certificates", resource: "certificate" },
      { label: "Stories", resource: "story" },
      { label: "Vocabulary", resource: "vocabulary" },
      { label: "Exercises", resource: "exercise" },
    ],
  },
  integrity: {
    label: "Review",
    icon: ScanEye,
    permission: "integrity.read",
    to: "/integrity",
    end: true,
    words: "queue suspicious attempts proctor",
    lists: [],
  },
};

const lists = Object.values(AREAS).flatMap((area) => area.lists);

/** Lists at an address that people know by name, and the resource behind each. */
export const NAMED_LISTS: Record<string, string> = Object.fromEntries(
  lists.flatMap(({ to, resource }) => (to && resource ? [[to, resource]] : [])),
);

/** Addresses as people type them, and the list that each leads to. */
export const REDIRECTS: Record<string, string> = Object.fromEntries([
  ...Object.entries(AREAS).flatMap(([name, area]) => (area.first ? [[`/${name}`, area.first]] : [])),
  ...lists.flatMap(({ also, to }) => (also && to ? [[also, to]] : [])),
]);

/** A list that two areas open (courses) shows the tabs of the one whose address it was asked by. */
export const areaAt = (pathname: string) => Object.keys(AREAS).find((area) => pathname.startsWith(`/${area}/`));

export const resourceAt = (params: Record<string, string | undefined>, pathname: string) =>
  params["resource"] ?? NAMED_LISTS[pathname.replace(/\.data$/, "")] ?? "";
