import { useLoaderData } from "@remix-run/react";
import { page } from "~/access/page.server.ts";
import { readiness } from "~/db/health.server.ts";
import { today } from "~/examday/today.server.ts";
import { count, plural } from "~/platform/format.ts";
import { Badge } from "~/ui/feedback/badge.tsx";
import { Page } from "~/ui/layout/page.tsx";
import { Figure, Figures } from "~/ui/layout/panel.tsx";

export const handle = { crumbs: () => [{ label: "Overview" }], range: true };
export const meta = () => [{ title: "Overview · Invigil" }];

export const loader = page("self", async ({ ctx }) => {
  const [health, day] = await Promise.all([readiness(), today({ ctx, input: {} }).catch(() => null)]);
  return { health, day };
});

export default function Overview() {
  const { health, day } = useLoaderData<typeof loader>();
  const replicas = health.checks.replicas;
  return (
    <Page
      title={
        health.status === "healthy"
          ? "Everything answers."
          : health.status === "degraded"
            ? "Something is missing."
            : "The primary can't be reached."
      }
      context={
        day
          ? `${plural(day.live, "exam")} live with ${plural(day.sitting, "student")}. ${count(day.later)} more today.`
          : undefined
      }
      badge={
        <Badge tone={health.status === "healthy" ? "ok" : health.status === "degraded" ? "warn" : "bad"}>{health.status}</Badge>
      }
    >
      <Figures>
        <Figure
          label="Students sitting now"
          value={day ? count(day.sitting) : "–"}
          unit={day ? `of ${count(day.expected)} enrolled` : undefined}
        />
        <Figure
          label="Exams live"
          value={day ? count(day.live) : "–"}
          unit={day ? `${count(day.later)} later today` : undefined}
        />
        <Figure
          label="Primary"
          value={health.checks.primary.ok ? `${health.checks.primary.ms} ms` : "down"}
          tone={health.checks.primary.ok ? undefined : "bad"}
          note={health.checks.primary.error}
        />
        <Figure
          label="Standbys"
          value={`${replicas.filter((one) => one.ok).length} of ${replicas.length}`}
          tone={replicas.every((one) => one.ok) ? undefined : "warn"}
          note={health.checks.collector.ok ? "collector at work" : health.checks.collector.error}
        />
      </Figures>
    </Page>
  );
}
