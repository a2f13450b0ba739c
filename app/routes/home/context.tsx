import { observes } from "~/platform/depth.ts";
import { count, plural } from "~/platform/format.ts";

/** One line that says what today holds. */
export function context({
  day,
  incidents,
  queue,
  health,
}: {
  day: { live: number; sitting: number; later: number } | null;
  incidents: { number: number; state: string; to: Date | null }[];
  queue: { open: number } | null;
  health: { status: string };
}) {
  const parts: string[] = [];
  if (day) parts.push(`${plural(day.live, "exam")} live with ${plural(day.sitting, "student")}, ${count(day.later)} more today.`);
  const open = incidents.filter((incident) => incident.state === "OPEN");
  if (open.length > 2) parts.push(`${count(open.length)} incidents are open.`);
  else if (open.length > 0)
    parts.push(`${open.map((one) => `Incident ${one.number}`).join(" and ")} ${open.length === 1 ? "is" : "are"} open.`);
  else if (incidents.length > 0) parts.push(`${plural(incidents.length, "incident")} in this range, resolved.`);
  if (queue && queue.open > 0) parts.push(`${plural(queue.open, "review")} due.`);
  if (health.status !== "healthy")
    parts.push(
      health.status === "unhealthy"
        ? observes()
          ? "Nothing can be read or written until it is back. The collector keeps sampling."
          : "The primary can't be reached. Earlier data is shown."
        : "Part of the installation does not answer.",
    );
  return parts.join(" ");
}
