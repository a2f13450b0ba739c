import "~/domains/resources.ts";

export function verdict(data: {
  person: {
    role: string;
    is_active: boolean;
    locked_until: Date | null;
    college_status: string;
    deleted_at: Date | null;
    erased_at: Date | null;
  };
  enrollments: { status: string; payment_status: string }[];
  exams: unknown[];
  now: Date;
}): { text: string; tone: "ok" | "warn" | "bad" | "neutral" } {
  const { person, enrollments, exams, now } = data;
  if (person.erased_at) return { text: "Erased", tone: "neutral" };
  if (person.deleted_at) return { text: "In the trash", tone: "bad" };
  if (["SUSPENDED", "EXPIRED", "CANCELLED"].includes(person.college_status)) return { text: "College closed", tone: "bad" };
  if (!person.is_active) return { text: "Inactive", tone: "bad" };
  if (person.locked_until && new Date(person.locked_until) > now) return { text: "Locked", tone: "bad" };
  if (enrollments.some((enrollment) => enrollment.status === "ACTIVE" && enrollment.payment_status !== "COMPLETED"))
    return { text: "Unpaid", tone: "warn" };
  if (person.role === "STUDENT" && !enrollments.some((enrollment) => enrollment.status === "ACTIVE"))
    return { text: "Not enrolled", tone: "warn" };
  return { text: exams.length > 0 ? "Can sit" : "Nothing prevents it", tone: "ok" };
}
