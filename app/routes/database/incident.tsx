import { useLoaderData } from "@remix-run/react";
import { protectedAction, protectedLoader } from "~/access/page.server.ts";
import { may } from "~/access/policy.ts";
import { ruleByKey } from "~/observability/alerts/rules.ts";
import { getIncident, noteIncident, resolveIncident } from "~/observability/incidents/incidents.server.ts";
import { readLoad } from "~/observability/load/read-load.server.ts";
import { readRange } from "~/platform/range.ts";
import { clockTime, day, decimal, percent, plural, seconds } from "~/platform/format.ts";
import { Chart } from "~/ui/chart/chart.tsx";
import { Badge } from "~/ui/feedback/badge.tsx";
import { Unknown } from "~/ui/feedback/empty.tsx";
import { LinkButton } from "~/ui/form/link-button.tsx";
import { Form, Submit, Textarea } from "~/ui/form/form.tsx";
import { Page } from "~/ui/layout/page.tsx";
import { Figure, Figures, Panel, WithAside } from "~/ui/layout/panel.tsx";
import { Clock, useZone } from "~/ui/time/time.tsx";
import { useLive } from "~/ui/live.ts";
import { SeverityBadge } from "./parts/severity.tsx";
import { part } from "./parts/span.server.ts";
import { QueryLine } from "./parts/sql-text.tsx";
import { WAIT_COLORS } from "./parts/wait-colors.ts";

type Loaded = { incident: { number: number } } | undefined;
export const handle = {
  crumbs: (data: Loaded) => [
    { label: "Database", to: "/database" },
    { label: "Incidents", to: "/database/incidents" },
    { label: data ? `Incident ${data.incident.number}` : "Incident" },
  ],
  range: { own: "Whole incident" },
};
export const meta = ({ data }: { data: Loaded }) => [{ title: `Incident ${data?.incident.number ?? ""} · Invigil` }];

const MARGIN_MS = 15 * 60_000;

export const loader = protectedLoader("database.read", async ({ ctx, params, request }) => {
  const found = await getIncident({ ctx, input: { id: params["id"] ?? "" } });
  const now = ctx.clock.now();
  const { incident } = found;
  const end = incident.to_at ?? now;
  // Its own address only: the range of the page before it would show another time than the incident's.
  const asked = readRange(new URL(request.url).searchParams, now);
  const whole = {
    from: new Date(incident.from_at.getTime() - MARGIN_MS),
    to: new Date(Math.min(now.getTime(), end.getTime() + MARGIN_MS)),
  };
  const span = { ...(asked.live ? whole : { from: asked.from, to: asked.to }), target: incident.target };
  const [load, tenants] = await Promise.all([
    part(readLoad({ ctx, input: { ...span, by: "wait" } })),
    part(
      readLoad({
        ctx,
        input: { from: incident.from_at, to: end > incident.from_at ? end : now, target: incident.target, by: "tenant" },
      }),
    ),
  ]);
  return {
    ...found,
    load,
    tenants,
    from: span.from.getTime(),
    to: span.to.getTime(),
    end: end.getTime(),
    live: asked.live && incident.state === "OPEN",
    mayAct: may(ctx.actor.role, "database.act"),
    role: ctx.actor.role,
  };
});

export const action = protectedAction("database.act", async ({ ctx, form }) => {
  const id = form.get("id");
  if (form.intent("resolve", "note") === "resolve") {
    await resolveIncident({ ctx, input: { id, text: form.get("text") } });
    return { message: "Resolved." };
  }
  await noteIncident({ ctx, input: { id, text: form.get("text") } });
  return { message: "Noted." };
});

export default function Incident() {
  const data = useLoaderData<typeof loader>();
  const { incident } = data;
  const zone = useZone();
  const open = incident.state === "OPEN";
  useLive(data.live);
  const most = Math.max(0, ...data.blocked.map((one) => one.most_waiting));
  const rule = incident.rule ? ruleByKey(incident.rule) : undefined;
  return (
    <Page
      title={`Incident ${incident.number}: ${incident.title}`}
      badge={
        <>
          {open ? <Badge tone="bad">Open</Badge> : <Badge tone="ok">Resolved</Badge>}{" "}
          <SeverityBadge severity={incident.severity} />
        </>
      }
      context={incident.cause}
      actions={
        <>
          <a className="control" href={`/database/incidents/${incident.number}/report.pdf`} download>
            Report as PDF
          </a>
          {may(data.role, "readiness.read") && (
            <LinkButton to={`/exams/incidents/${incident.number}`}>Effect on exams</LinkButton>
          )}
          {incident.link && (
            <LinkButton
              to={
                open
                  ? incident.link
                  : `${incident.link}?from=${new Date(data.from).toISOString()}&to=${new Date(data.to).toISOString()}`
              }
            >
              {open ? "View cause" : "View samples"}
            </LinkButton>
          )}
        </>
      }
    >
      <Figures>
        <Figure label="From" value={clockTime(incident.from_at, zone, true)} note={`${day(incident.from_at, zone)}, ${zone}`} />
        <Figure
          label={open ? "Lasts" : "Lasted"}
          value={seconds((data.end - incident.from_at.getTime()) / 1000)}
          note={incident.to_at ? <Clock at={incident.to_at} withSeconds /> : "still open"}
        />
        <Figure label="Most sessions blocked" value={data.blocked.length > 0 ? most : "–"} />
        <Figure label="Server" value={incident.target} note={rule?.title ?? "declared by hand"} />
      </Figures>
      <WithAside
        aside={
          <>
            <Panel title="Load by tenant">
              {!data.tenants.value ? (
                <Unknown reason={data.tenants.error ?? ""} />
              ) : (
                <ul className="flex flex-col gap-1.5">
                  {data.tenants.value.series.map((one) => (
                    <li key={one.key} className="flex justify-between">
                      <span>{one.key}</span>
                      <span className="text-muted tabular-nums">
                        {decimal(one.average, 2)}, {percent(one.average / (data.tenants.value?.average || 1))}
                      </span>
                    </li>
                  ))}
                  {data.tenants.value.series.length === 0 && <li className="text-muted">No active session was sampled.</li>}
                </ul>
              )}
            </Panel>
            {data.mayAct && (
              <Panel title={open ? "Add note or resolve" : "Add a note"}>
                <Form intent="note">
                  <input type="hidden" name="id" value={incident.id} />
                  <Textarea label="What happened" name="text" required />
                  <Submit tone="plain">Add note</Submit>
                </Form>
                {open && (
                  <Form intent="resolve" className="mt-4 flex flex-col gap-3 border-t pt-3">
                    <input type="hidden" name="id" value={incident.id} />
                    <Textarea label="What ended it" name="text" required />
                    <Submit>Resolve</Submit>
                  </Form>
                )}
              </Panel>
            )}
          </>
        }
      >
        <Panel title="Average active sessions around the incident">
          {data.load.value ? (
            <Chart
              label="Average active sessions around the incident"
              kind="area"
              height={220}
              data={data.load.value.points}
              series={data.load.value.series.map((one) => ({ key: one.key, label: one.label, color: WAIT_COLORS[one.key] }))}
              from={data.from}
              to={data.to}
              bands={[
                { from: incident.from_at.getTime(), to: incident.to_at?.getTime() ?? null, label: `Incident ${incident.number}` },
              ]}
            />
          ) : (
            <Unknown reason={data.load.error ?? ""} />
          )}
        </Panel>
        <Panel title="Timeline">
          <ol className="flex flex-col gap-2.5">
            {data.notes.map((note) => (
              <li key={note.id} className="grid grid-cols-[auto_1fr] gap-x-3">
                <Clock at={note.at} withSeconds />
                <span>
                  {note.text} <span className="text-muted">{note.author}</span>
                </span>
              </li>
            ))}
          </ol>
        </Panel>
        {data.blocked.length > 0 && (
          <Panel title="Blocker" flush aside={plural(data.blocked.length, "session")}>
            <table className="rows">
              <tbody>
                {data.blocked.map((one) => (
                  <tr key={one.id}>
                    <td>
                      {one.root_app ?? "a session"}
                      {one.root_tenant ? ` of ${one.root_tenant}` : ""}{" "}
                      <span className="text-muted">
                        pid {one.root_pid}, {one.root_state}
                      </span>
                    </td>
                    <td>
                      <code>{one.relation?.replace("public.", "") ?? "a row"}</code>
                    </td>
                    <td className="num">{plural(one.most_waiting, "session")} blocked</td>
                    <td className="hidden max-w-[340px] truncate md:table-cell">
                      <QueryLine id={null} text={one.root_query} length={80} />
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </Panel>
        )}
        {data.episodes.length > 0 && (
          <Panel title="Alerts during the incident" flush>
            <table className="rows">
              <tbody>
                {data.episodes.map((episode) => (
                  <tr key={episode.id}>
                    <td>
                      <SeverityBadge severity={episode.severity} />
                    </td>
                    <td className="w-full py-1.5">{episode.says}</td>
                    <td>
                      <Clock at={episode.fired_at} withSeconds />
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </Panel>
        )}
      </WithAside>
    </Page>
  );
}
