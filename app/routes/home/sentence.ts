import { clockTime, day, plural } from "~/platform/format.ts";
import { observes } from "~/platform/depth.ts";
import { dayIn } from "~/platform/zone.ts";

type Known = {
  health: { status: string; checks: { primary: { ok: boolean } } };
  incidents: { number: number; title: string; state: string }[];
  days: { day: string; verdict: string; exams: number }[];
  exams: { verdict: string; title: string; college: string; start: Date }[];
  now: Date;
  zone?: string;
};

/** The page speaks first: the one thing that matters most now, as a person would say it. */
export function sentence({ health, incidents, days, exams, now, zone = "UTC" }: Known): string {
  if (!health.checks.primary.ok)
    return observes() ? "The console's own database can't be reached." : "The database can't be reached.";
  const open = incidents.filter((incident) => incident.state === "OPEN").at(-1);
  if (open) return `Incident ${open.number} is under way: ${open.title}.`;
  const today = dayIn(new Date(now), zone);
  const clock = (at: Date) => clockTime(new Date(at), zone);
  const name = (text: string) => (text === today ? "Today" : day(new Date(`${text}T12:00:00Z`)));
  const worst = days.find((day) => day.verdict === "WILL_NOT_HOLD") ?? days.find((day) => day.verdict === "AT_RISK");
  if (worst) {
    const theirs = exams.filter((exam) => exam.verdict === worst.verdict && dayIn(new Date(exam.start), zone) === worst.day);
    const failing = worst.verdict === "WILL_NOT_HOLD";
    // The whole day, or nobody who could be named: the disk, or too many of them.
    if (theirs.length === 0 || (theirs.length >= worst.exams && theirs.length > 1))
      return `${name(worst.day)} ${failing ? "will not hold" : "is at risk"}.`;
    const which = named(theirs, clock);
    return failing
      ? `${name(worst.day)} holds, except ${which}.`
      : `${name(worst.day)} holds; ${which} ${theirs.length === 1 ? "is" : "are"} at risk.`;
  }
  if (health.status === "degraded")
    return observes() ? "Part of Invigil does not answer." : "Exams hold, but part of the installation does not answer.";
  return days.length > 0 ? "Every exam of the coming week holds." : "All is quiet.";
}

/** By time and tenant where one name is enough, else by how many there are. */
function named(exams: { college: string; start: Date }[], clock: (at: Date) => string): string {
  const [first] = exams;
  const sameTime = exams.every((exam) => new Date(exam.start).getTime() === new Date(first!.start).getTime());
  const sameTenant = exams.every((exam) => exam.college === first!.college);
  if (exams.length === 1) return `${clock(first!.start)} in ${first!.college}`;
  return `${plural(exams.length, "exam")}${sameTime ? ` at ${clock(first!.start)}` : ""}${sameTenant ? ` in ${first!.college}` : ""}`;
}
