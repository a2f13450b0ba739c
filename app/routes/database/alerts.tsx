import { useLoaderData } from "@remix-run/react";
import { protectedAction, protectedLoader } from "~/access/page.server.ts";
import { may } from "~/access/policy.ts";
import { acknowledgeAlert, changeRule, endSilence, listAlerts, silenceAlert } from "~/observability/alerts/alerts.server.ts";
import { ruleByKey, type Severity } from "~/observability/alerts/rules.ts";
import { plural } from "~/platform/format.ts";
import { Unknown } from "~/ui/feedback/empty.tsx";
import { Page } from "~/ui/layout/page.tsx";
import { Panel, WithAside } from "~/ui/layout/panel.tsx";
import { Ago } from "~/ui/time/time.tsx";
import { useLive } from "~/ui/live.ts";
import { spanOf } from "./parts/span.server.ts";
import { Episodes } from "./parts/alerts/episodes.tsx";
import { Side } from "./parts/alerts/silences.tsx";
import { Rules } from "./parts/alerts/rules.tsx";

export const handle = { crumbs: () => [{ label: "Database", to: "/database" }, { label: "Alerts" }], range: true };

export const meta = () => [{ title: "Alerts · Invigil" }];

export const loader = protectedLoader("database.read", async ({ ctx, url }) => {
  const { input, live } = spanOf(ctx, url);
  const edit = url.searchParams.get("rule");
  return {
    ...(await listAlerts({ ctx, input })),
    live,
    mayAct: may(ctx.actor.role, "database.act"),
    edit: edit && ruleByKey(edit) ? edit : null,
  };
});

export const action = protectedAction("database.act", async ({ ctx, form }) => {
  switch (form.intent("acknowledge", "unsilence", "rule", "silence")) {
    case "acknowledge":
      await acknowledgeAlert({ ctx, input: { id: form.get("id") } });
      return { message: "Acknowledged." };
    case "unsilence":
      await endSilence({ ctx, input: { id: form.get("id") } });
      return { message: "The silence has ended." };
    case "rule":
      await changeRule({
        ctx,
        input: {
          key: form.get("key"),
          enabled: form.has("enabled"),
          threshold: form.get("threshold"),
          clearAt: form.get("clearAt"),
          forSeconds: form.get("forSeconds"),
          severity: form.get("severity") as Severity,
        },
      });
      return { message: "Rule saved." };
    case "silence":
      await silenceAlert({ ctx, input: { rule: form.get("rule"), minutes: form.get("minutes"), reason: form.get("reason") } });
      return { message: "Silenced. It still fires and still opens an incident, but sends no notification." };
  }
});

export type Data = ReturnType<typeof useLoaderData<typeof loader>>;

export default function Alerts() {
  const data = useLoaderData<typeof loader>();
  useLive(data.live);
  const firing = data.episodes.filter((episode) => episode.state === "FIRING");
  const past = data.episodes.filter((episode) => episode.state === "RESOLVED");
  const grave = firing.filter((episode) => episode.severity !== "INFO");
  return (
    <Page
      title={
        grave.length > 0
          ? `${plural(grave.length, "alert is firing", "alerts are firing")}.`
          : firing.length > 0
            ? `No alerts, ${plural(firing.length, "notice")}.`
            : "No alerts."
      }
      context="Evaluated every second by the collector. Critical alerts open an incident."
    >
      <WithAside aside={<Side data={data} />}>
        <Panel title="Firing" flush aside={firing.length || undefined}>
          {firing.length === 0 ? (
            <p className="px-3.5 py-3 text-muted">No rule is beyond its threshold for long enough.</p>
          ) : (
            <Episodes list={firing} mayAct={data.mayAct} />
          )}
        </Panel>
        <Panel title="Pending" flush>
          {data.pending === null ? (
            <Unknown reason="The collector does not answer, so pending alerts are not known." />
          ) : data.pending.length === 0 ? (
            <p className="px-3.5 py-3 text-muted">No alert is pending.</p>
          ) : (
            <table className="rows">
              <tbody>
                {data.pending.map((one) => (
                  <tr key={one.rule + one.target + one.label}>
                    <td className="w-full py-1.5">
                      {ruleByKey(one.rule)?.title}
                      <p className="text-muted wrap-anywhere">{one.says}</p>
                    </td>
                    <td className="num">
                      <Ago at={one.since} />
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          )}
        </Panel>
        <Panel title="Resolved in this range" flush>
          {past.length === 0 ? <p className="px-3.5 py-3 text-muted">None.</p> : <Episodes list={past} mayAct={false} />}
        </Panel>
        <Rules data={data} />
      </WithAside>
    </Page>
  );
}
