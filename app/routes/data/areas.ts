import { may, type Permission } from "~/access/policy.ts";
import type { Tab } from "~/ui/layout/page.tsx";

/** The lists of each area that people open most; the others are reached from records and from the palette. */
const AREAS: Record<string, { permission: Permission; tabs: Tab[] }> = {
  people: {
    permission: "platform.read",
    tabs: [
      { to: "/people", label: "People" },
      { to: "/data/student_profile", label: "Profiles" },
      { to: "/data/guardian", label: "Guardians" },
      { to: "/data/family_info", label: "Families" },
      { to: "/data/scholarship", label: "Scholarships" },
      { to: "/data/user_invitation", label: "Invitations" },
      { to: "/data/recovery_request", label: "Recovery requests" },
      { to: "/data/user_session", label: "Sessions" },
    ],
  },
  academics: {
    permission: "platform.read",
    tabs: [
      { to: "/academics/classes", label: "Classes" },
      { to: "/data/subject", label: "Subjects" },
      { to: "/data/teacher_class_assignment", label: "Teachers" },
      { to: "/data/attendance", label: "Attendance" },
      { to: "/data/grade", label: "Grades" },
      { to: "/data/school_year", label: "School years" },
      { to: "/data/semester", label: "Semesters" },
      { to: "/data/course", label: "Courses" },
      { to: "/data/grade_boundary", label: "Grade boundaries" },
    ],
  },
  enrollments: {
    permission: "platform.read",
    tabs: [
      { to: "/enrollments", label: "Enrollments", end: true },
      { to: "/enrollments/registrations", label: "Registrations" },
      { to: "/enrollments/payments", label: "Payments" },
      { to: "/data/invoice", label: "Invoices" },
      { to: "/data/transaction", label: "Transactions" },
      { to: "/enrollments/revenue", label: "Revenue" },
    ],
  },
  communication: {
    permission: "platform.read",
    tabs: [
      { to: "/communication/events", label: "Events" },
      { to: "/communication/announcements", label: "Announcements" },
      { to: "/communication/notifications", label: "Notifications" },
      { to: "/data/event_reminder", label: "Reminders" },
      { to: "/data/email_log", label: "E-mail log" },
    ],
  },
  learning: {
    permission: "platform.read",
    tabs: [
      { to: "/learning/courses", label: "Courses" },
      { to: "/data/course_module", label: "Modules" },
      { to: "/data/lesson", label: "Lessons" },
      { to: "/data/assignment", label: "Assignments" },
      { to: "/data/assignment_submission", label: "Submissions" },
      { to: "/data/course_progress", label: "Progress" },
      { to: "/data/certificate", label: "Certificates" },
      { to: "/data/story", label: "Stories" },
      { to: "/data/vocabulary", label: "Vocabulary" },
      { to: "/data/exercise", label: "Exercises" },
    ],
  },
};

export function areaTabs(area: string, role: string): Tab[] | undefined {
  const found = AREAS[area];
  return found && may(role, found.permission) ? found.tabs : undefined;
}

/** A list that two areas open (courses) shows the tabs of the one whose address it was asked by. */
export const areaAt = (pathname: string) => Object.keys(AREAS).find((area) => pathname.startsWith(`/${area}/`));

const OWN: Record<string, string> = {
  user: "/people/",
  college: "/tenants/",
  exam: "/exams/",
  class: "/academics/classes/",
  enrollment: "/enrollments/",
  payment: "/enrollments/payments/",
  student_registration: "/enrollments/registrations/",
};

/** Records with a page of their own. */
export const pathOf = (resource: string) => (OWN[resource] ? (id: string) => `${OWN[resource]}${id}` : undefined);

/** Addresses that people know by name, and the resource behind each. */
const NAMED: Record<string, string> = {
  "/people": "user",
  "/tenants": "college",
  "/academics/classes": "class",
  "/enrollments": "enrollment",
  "/enrollments/registrations": "student_registration",
  "/enrollments/payments": "payment",
  "/communication/events": "event",
  "/communication/announcements": "announcement",
  "/communication/notifications": "notification",
  "/learning/courses": "course",
};

export const resourceAt = (params: Record<string, string | undefined>, pathname: string) =>
  params["resource"] ?? NAMED[pathname.replace(/\.data$/, "")] ?? "";
