import { may } from "~/access/policy.ts";
import { recordAlone } from "~/audit/record.server.ts";
import type { Ctx } from "~/db/ctx.ts";
import { getIncident } from "~/observability/incidents/incidents.server.ts";
import { exactTime, plural, seconds } from "~/platform/format.ts";
import { printPdf, type Print } from "~/platform/pdf.server.ts";
import { incidentImpact, type IncidentImpact } from "./incident-impact.server.ts";

type Found = Awaited<ReturnType<typeof getIncident>>;

/** What happened, when, to whom, and what was done: the incident as it is told afterwards. */
export function incidentPrint({ incident, notes, episodes, blocked }: Found, impact: IncidentImpact | null, at: Date): Print {
  const until = incident.to_at ?? at;
  const lasted = seconds((until.getTime() - incident.from_at.getTime()) / 1000);
  const none = (lines: string[], says: string) => (lines.length > 0 ? lines : [says]);
  return {
    title: `Incident ${incident.number}: ${incident.title}`,
    context: [
      `${exactTime(incident.from_at)} to ${incident.to_at ? exactTime(incident.to_at) : "now"}, on ${incident.target}. ${incident.severity.toLowerCase()}.`,
      `Printed ${exactTime(at)}.`,
    ],
    claim:
      incident.state === "OPEN"
        ? `The incident is open, and has lasted ${lasted}.`
        : `The incident lasted ${lasted}.${impact ? ` ${plural(impact.attempts, "attempt was", "attempts were")} under way in ${plural(impact.exams.length, "exam")}.` : ""}`,
    sections: [
      { title: "Cause", lines: [incident.cause], bullets: false },
      ...(impact
        ? [
            {
              title: "Exams under way",
              lines: none(
                impact.exams.map(
                  (exam) =>
                    `${exam.title}, ${exam.college}: ${plural(exam.attempts, "attempt")}, ${plural(exam.explained, "signal")} explained, ${plural(exam.given, "student was", "students were")} given time`,
                ),
                "None",
              ),
            },
          ]
        : []),
      {
        title: "Timeline",
        lines: none(
          notes.map((note) => `${exactTime(note.at)}, ${note.author}: ${note.text}`),
          "No notes",
        ),
      },
      {
        title: "Alerts",
        lines: none(
          episodes.map(
            (episode) =>
              `${exactTime(episode.fired_at)} to ${episode.resolved_at ? exactTime(episode.resolved_at) : "now"}: ${episode.says}`,
          ),
          "None fired",
        ),
      },
      {
        title: "Blocked sessions",
        lines: none(
          blocked.map(
            (lock) =>
              `${exactTime(lock.started_at)}: ${plural(lock.most_waiting, "session")} waited for ${lock.root_app ?? "a session"}${lock.root_tenant ? ` of ${lock.root_tenant}` : ""}${lock.relation ? `, on ${lock.relation}` : ""}`,
          ),
          "None",
        ),
      },
    ],
    footer: `Invigil · Incident ${incident.number} · ${at.toISOString().slice(0, 10)}`,
  };
}

/** The report of an incident. What it did to exams is in it for whoever may read that. */
export async function incidentReport({
  ctx,
  input,
}: {
  ctx: Ctx;
  input: { id: string };
}): Promise<{ pdf: Buffer; name: string }> {
  const found = await getIncident({ ctx, input });
  const { id, number } = found.incident;
  const impact = may(ctx.actor.role, "readiness.read") ? await incidentImpact({ ctx, input: { number } }) : null;
  await recordAlone(ctx, { action: "incident.export_report", resource: "incident", resourceId: id, details: { number } });
  const at = ctx.clock.now();
  return { pdf: await printPdf(incidentPrint(found, impact, at), at), name: `incident-${number}.pdf` };
}
