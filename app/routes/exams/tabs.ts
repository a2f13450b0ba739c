import { may } from "~/access/policy.ts";
import type { Tab } from "~/ui/layout/page.tsx";

/** The pages of one exam, for those who may. */
export function examTabs(id: string, role: string): Tab[] {
  const at = `/exams/${id}`;
  return [
    { to: at, label: "Overview", end: true },
    { to: `${at}/questions`, label: "Questions" },
    { to: `${at}/live`, label: "Live", permission: "exams.live" as const },
    { to: `${at}/room`, label: "Minutes", permission: "exams.live" as const },
    { to: `${at}/attempts`, label: "Attempts" },
    { to: `${at}/marking`, label: "Marking", permission: "exams.author" as const },
    { to: `${at}/statistics`, label: "Statistics" },
    { to: `${at}/seating`, label: "Seating", permission: "exams.live" as const },
    { to: `${at}/collusion`, label: "Collusion", permission: "integrity.read" as const },
    { to: `${at}/weights`, label: "Weights", permission: "exams.author" as const },
  ]
    .filter((tab) => !tab.permission || may(role, tab.permission))
    .map(({ to, label, end }) => ({ to, label, end }));
}

type Titled = { exam: { id: string; title: string } } | undefined;

/** Exams / this one / this page. */
export const examHandle = (label?: string) => ({
  crumbs: (data: Titled) => [
    { label: "Exams", to: "/exams" },
    { label: data?.exam.title ?? "Exam", to: label && data ? `/exams/${data.exam.id}` : undefined },
    ...(label ? [{ label }] : []),
  ],
});
