import { clockTime, day } from "~/platform/format.ts";
import { dayIn } from "~/platform/zone.ts";

type Known = {
  health: { status: string; checks: { primary: { ok: boolean } } };
  incidents: { number: number; title: string; state: string }[];
  days: { day: string; verdict: string }[];
  exams: { verdict: string; title: string; college: string; start: Date }[];
  now: Date;
  zone?: string;
};

/** The page speaks first: the one thing that matters most now, as a person would say it. */
export function sentence({ health, incidents, days, exams, now, zone = "UTC" }: Known): string {
  if (!health.checks.primary.ok) return "The database can't be reached.";
  const open = incidents.filter((one) => one.state === "OPEN").at(-1);
  if (open) return `Incident ${open.number} is under way: ${open.title}.`;
  const today = dayIn(new Date(now), zone);
  const clock = (at: Date) => clockTime(new Date(at), zone);
  const name = (text: string) => (text === today ? "Today" : day(new Date(`${text}T12:00:00Z`)));
  const worst = days.find((one) => one.verdict === "WILL_NOT_HOLD") ?? days.find((one) => one.verdict === "AT_RISK");
  if (worst) {
    const exam = exams.find((one) => one.verdict === worst.verdict && dayIn(new Date(one.start), zone) === worst.day);
    if (worst.verdict === "WILL_NOT_HOLD")
      return exam
        ? `${name(worst.day)} holds, except ${clock(exam.start)} in ${exam.college}.`
        : `${name(worst.day)} will not hold.`;
    return exam
      ? `${name(worst.day)} holds; ${clock(exam.start)} in ${exam.college} is at risk.`
      : `${name(worst.day)} is at risk.`;
  }
  if (health.status === "degraded") return "Exams hold, but a part of the installation does not answer.";
  return days.length > 0 ? "Every exam of the coming week holds." : "All is quiet.";
}
