import { Link, useLoaderData } from "@remix-run/react";
import { protectedAction, protectedLoader, redirect } from "~/access/page.server.ts";
import { may } from "~/access/policy.ts";
import { declareIncident, listIncidents } from "~/observability/incidents/incidents.server.ts";
import { primaryAway } from "~/observability/primary-first.server.ts";
import { plural, seconds } from "~/platform/format.ts";
import { Badge } from "~/ui/feedback/badge.tsx";
import { Empty } from "~/ui/feedback/empty.tsx";
import { Form, Input, Submit, Textarea } from "~/ui/form/form.tsx";
import { Page } from "~/ui/layout/page.tsx";
import { Panel, WithAside } from "~/ui/layout/panel.tsx";
import { Ago, Clock } from "~/ui/time/time.tsx";

export const handle = { crumbs: () => [{ label: "Database", to: "/database" }, { label: "Incidents" }] };
export const meta = () => [{ title: "Incidents · Invigil" }];

export const loader = protectedLoader("database.read", async ({ ctx, url }) => {
  const before = Number(url.searchParams.get("before"));
  return {
    away: await primaryAway(),
    incidents: await listIncidents({ ctx, input: { before: Number.isInteger(before) && before > 0 ? before : null } }),
    mayAct: may(ctx.actor.role, "database.act"),
  };
});

export const action = protectedAction("database.act", async ({ ctx, form }) => {
  const made = await declareIncident({ ctx, input: { title: form.get("title"), cause: form.get("cause") } });
  return redirect(`/database/incidents/${made.number}`);
});

export default function Incidents() {
  const { incidents, mayAct, away } = useLoaderData<typeof loader>();
  const open = incidents.filter((incident) => incident.state === "OPEN");
  const list = (
    <Panel flush>
      {incidents.length === 0 ? (
        <Empty title="No incidents yet">A critical alert opens one automatically. Declare here what you notice first.</Empty>
      ) : (
        <table className="rows">
          <thead>
            <tr>
              <th>Number</th>
              <th>What</th>
              <th>State</th>
              <th className="hidden md:table-cell">From</th>
              <th className="num hidden md:table-cell">Lasted</th>
            </tr>
          </thead>
          <tbody>
            {incidents.map((incident) => (
              <tr key={incident.id}>
                <td className="tabular-nums">{incident.number}</td>
                <td className="w-full max-w-0 py-1.5">
                  <Link to={`/database/incidents/${incident.number}`} className="font-[560] hover:underline">
                    {incident.title}
                  </Link>
                  <p className="truncate text-muted">{incident.cause}</p>
                </td>
                <td>{incident.state === "OPEN" ? <Badge tone="bad">Open</Badge> : <Badge tone="ok">Resolved</Badge>}</td>
                <td className="hidden md:table-cell">
                  <Clock at={incident.from_at} withDay />
                </td>
                <td className="num hidden md:table-cell">
                  {incident.to_at ? (
                    seconds((incident.to_at.getTime() - incident.from_at.getTime()) / 1000)
                  ) : (
                    <Ago at={incident.from_at} />
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {incidents.length === 50 && (
        <p className="px-3.5 py-2">
          <Link className="link" to={`?before=${incidents.at(-1)!.number}`}>
            Earlier incidents
          </Link>
        </p>
      )}
    </Panel>
  );
  return (
    <Page
      title={
        // What begins while nothing can be written down has no number yet; alerts know of it.
        away
          ? "New incidents are not available right now."
          : open.length > 0
            ? `${plural(open.length, "incident is", "incidents are")} open.`
            : "No incident is open."
      }
      context={
        away ? (
          <>
            The incidents below are from before. Current alerts are under{" "}
            <Link to="/database/alerts" className="link">
              Alerts
            </Link>
            .
          </>
        ) : (
          "What was affected, from when to when, and why. Also shown on exams and attempts."
        )
      }
    >
      {mayAct ? (
        <WithAside
          aside={
            <Panel title="Declare incident">
              <Form>
                <Input label="What is affected" name="title" required />
                <Textarea label="Known cause" name="cause" required />
                <Submit>Declare incident</Submit>
              </Form>
            </Panel>
          }
        >
          {list}
        </WithAside>
      ) : (
        list
      )}
    </Page>
  );
}
