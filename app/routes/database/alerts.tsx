import { Link, useLoaderData } from "@remix-run/react";
import { act, page } from "~/access/page.server.ts";
import { may } from "~/access/policy.ts";
import { acknowledgeAlert, changeRule, endSilence, listAlerts, silenceAlert } from "~/observability/alerts/alerts.server.ts";
import { formatValue, ruleByKey, RULES, type Severity } from "~/observability/alerts/rules.ts";
import { Fragment } from "react";
import { plural, seconds } from "~/platform/format.ts";
import { Badge } from "~/ui/feedback/badge.tsx";
import { Unknown } from "~/ui/feedback/empty.tsx";
import { LinkButton } from "~/ui/form/link-button.tsx";
import { Checkbox, Form, Input, Select, Submit } from "~/ui/form/form.tsx";
import { Page } from "~/ui/layout/page.tsx";
import { Panel, WithAside } from "~/ui/layout/panel.tsx";
import { Ago, Clock } from "~/ui/time/time.tsx";
import { useLive } from "~/ui/live.ts";
import { SeverityBadge } from "./parts/severity.tsx";
import { spanOf } from "./parts/span.server.ts";

export const handle = { crumbs: () => [{ label: "Database", to: "/database" }, { label: "Alerts" }], range: true };
export const meta = () => [{ title: "Alerts · Invigil" }];

export const loader = page("database.read", async ({ ctx, url }) => {
  const { input, live } = spanOf(ctx, url);
  const edit = url.searchParams.get("rule");
  return {
    ...(await listAlerts({ ctx, input })),
    live,
    mayAct: may(ctx.actor.role, "database.act"),
    edit: edit && ruleByKey(edit) ? edit : null,
  };
});

export const action = act("database.act", async ({ ctx, form }) => {
  switch (form.intent("acknowledge", "unsilence", "rule", "silence")) {
    case "acknowledge":
      await acknowledgeAlert({ ctx, input: { id: form.get("id") } });
      return { message: "Acknowledged." };
    case "unsilence":
      await endSilence({ ctx, input: { id: form.get("id") } });
      return { message: "It tells again." };
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
      return { message: "The rule is changed." };
    case "silence":
      await silenceAlert({ ctx, input: { rule: form.get("rule"), minutes: form.get("minutes"), reason: form.get("reason") } });
      return { message: "Silenced. It still fires and still becomes an incident; nobody is told." };
  }
});

type Data = ReturnType<typeof useLoaderData<typeof loader>>;

export default function Alerts() {
  const data = useLoaderData<typeof loader>();
  useLive(data.live);
  const firing = data.episodes.filter((one) => one.state === "FIRING");
  const past = data.episodes.filter((one) => one.state === "RESOLVED");
  const grave = firing.filter((one) => one.severity !== "INFO");
  return (
    <Page
      title={
        grave.length > 0
          ? `${plural(grave.length, "alert fires", "alerts fire")}.`
          : firing.length > 0
            ? `No alerts, ${plural(firing.length, "notice")}.`
            : "No alerts."
      }
      context="Evaluated each second by the collector. What is critical becomes an incident."
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
            <Unknown reason="The collector does not answer, so what is about to fire is not known." />
          ) : data.pending.length === 0 ? (
            <p className="px-3.5 py-3 text-muted">Nothing is about to fire.</p>
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
        <Panel title="Resolved in this time" flush>
          {past.length === 0 ? <p className="px-3.5 py-3 text-muted">None.</p> : <Episodes list={past} mayAct={false} />}
        </Panel>
        <Rules data={data} />
      </WithAside>
    </Page>
  );
}

function Episodes({ list, mayAct }: { list: Data["episodes"]; mayAct: boolean }) {
  return (
    <table className="rows">
      <tbody>
        {list.map((one) => (
          <tr key={one.id}>
            <td>
              <SeverityBadge severity={one.severity} />
            </td>
            <td className="w-full py-1.5">
              <span className="font-[560]">{ruleByKey(one.rule)?.title ?? one.rule}</span>{" "}
              <span className="text-muted">{one.target}</span>
              <p className="text-muted wrap-anywhere">{one.says}</p>
              <div className="mt-1 flex flex-wrap items-center gap-x-3 gap-y-1 md:hidden">
                <Cause one={one} />
                <Acknowledge one={one} mayAct={mayAct} />
              </div>
            </td>
            <td className="hidden whitespace-nowrap md:table-cell">
              <Clock at={one.since} withDay withSeconds />
              {one.resolved_at && (
                <p className="text-[12px] text-muted">for {seconds((one.resolved_at.getTime() - one.since.getTime()) / 1000)}</p>
              )}
            </td>
            <td className="hidden whitespace-nowrap md:table-cell">
              <Cause one={one} />
            </td>
            <td className="hidden md:table-cell">
              <Acknowledge one={one} mayAct={mayAct} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

type Episode = Data["episodes"][number];

function Cause({ one }: { one: Episode }) {
  return (
    <>
      {one.written === false && <p className="text-[12px] text-muted">not yet written down</p>}
      {one.incident !== null ? (
        <Link to={`/database/incidents/${one.incident}`} className="link">
          Incident {one.incident}
        </Link>
      ) : (
        <Link to={ruleByKey(one.rule)?.link ?? "/database"} className="link">
          See the cause
        </Link>
      )}
    </>
  );
}

function Acknowledge({ one, mayAct }: { one: Episode; mayAct: boolean }) {
  if (one.acknowledged_at) return <span className="text-[12px] text-muted">{one.acknowledged_by ?? "somebody"} has it</span>;
  if (!mayAct || one.written === false) return null;
  return (
    <Form intent="acknowledge" className="contents">
      <input type="hidden" name="id" value={one.id} />
      <Submit tone="plain">Acknowledge</Submit>
    </Form>
  );
}

function Side({ data }: { data: Data }) {
  return (
    <>
      <Panel title="Silences">
        {data.silences.length === 0 && <p className="text-muted">None. A silenced rule fires and tells nobody.</p>}
        <ul className="flex flex-col gap-3">
          {data.silences.map((one) => (
            <li key={one.id}>
              <p className="font-[560]">{one.rule === "*" ? "All rules" : (ruleByKey(one.rule)?.title ?? one.rule)}</p>
              <p className="text-muted">
                {one.reason}, {one.who ?? "somebody"}; ends <Ago at={one.until} />
              </p>
              {data.mayAct && (
                <Form intent="unsilence" className="mt-1">
                  <input type="hidden" name="id" value={one.id} />
                  <Submit tone="plain">End it</Submit>
                </Form>
              )}
            </li>
          ))}
        </ul>
      </Panel>
      {data.mayAct && (
        <Panel title="Silence a rule">
          <Form intent="silence">
            <Select
              label="Rule"
              name="rule"
              options={[...RULES.map((rule) => ({ value: rule.key, label: rule.title })), { value: "*", label: "All rules" }]}
            />
            <Input label="Minutes" name="minutes" type="number" min={5} max={10_080} defaultValue={60} />
            <Input label="Reason" name="reason" required />
            <Submit>Silence</Submit>
          </Form>
        </Panel>
      )}
      <p className="text-muted">
        Recipients are in the{" "}
        <Link to="/settings/alerts" className="link underline">
          Notification settings
        </Link>
        .
      </p>
    </>
  );
}

function Rules({ data }: { data: Data }) {
  return (
    <Panel title="Rules" flush aside={plural(data.rules.length, "rule")}>
      <table className="rows">
        <thead>
          <tr>
            <th>Rule</th>
            <th>Fires when</th>
            <th className="hidden md:table-cell">Clears at</th>
            <th className="hidden md:table-cell">Severity</th>
            {data.mayAct && <th />}
          </tr>
        </thead>
        <tbody>
          {data.rules.map((rule) => (
            <Fragment key={rule.key}>
              <tr className={rule.enabled ? "" : "text-muted"} data-selected={data.edit === rule.key || undefined}>
                <td className="py-1.5">
                  {rule.title} {!rule.enabled && <Badge>Off</Badge>}{" "}
                  {rule.changed && rule.enabled && <Badge tone="accent">Changed</Badge>}
                  <p className="hidden text-[12px] text-muted lg:block">{rule.why}</p>
                </td>
                <td className="whitespace-nowrap">
                  {rule.above ? "≥" : "<"} {formatValue(rule.unit, rule.threshold)}
                  {rule.forSeconds > 0 && ` for ${seconds(rule.forSeconds)}`}
                </td>
                <td className="hidden md:table-cell">{formatValue(rule.unit, rule.clearAt)}</td>
                <td className="hidden md:table-cell">
                  <SeverityBadge severity={rule.severity} />
                </td>
                {data.mayAct && (
                  <td>
                    <Link
                      to={`?rule=${rule.key}#rule`}
                      preventScrollReset

                      className="link"
                      aria-label={`Change the rule ${rule.title}`}
                    >
                      Change
                    </Link>
                  </td>
                )}
              </tr>
              {/* Under the rule that is changed: below thirty rows nobody would see it open. */}
              {data.mayAct && data.edit === rule.key && (
                <tr data-selected>
                  <td colSpan={5}>
                    <RuleForm rule={rule} />
                  </td>
                </tr>
              )}
            </Fragment>
          ))}
        </tbody>
      </table>
    </Panel>
  );
}

function RuleForm({ rule }: { rule: Data["rules"][number] }) {
  const raw =
    rule.unit === "ratio"
      ? "as a share: 0.8 is 80 %"
      : rule.unit === "ms"
        ? "milliseconds"
        : rule.unit === "seconds"
          ? "seconds"
          : rule.unit === "bytes"
            ? "bytes"
            : "a number";
  return (
    <div id="rule" className="py-3">
      <h3 className="mb-2 font-[600]">Change {rule.title}</h3>
      <Form intent="rule" className="grid max-w-2xl gap-3 sm:grid-cols-2">
        <input type="hidden" name="key" value={rule.key} />
        <Input
          label="Threshold"
          name="threshold"
          hint={`${raw}; now ${formatValue(rule.unit, rule.threshold)}`}
          defaultValue={rule.threshold}
          inputMode="decimal"
        />
        <Input
          label="Clears at"
          name="clearAt"
          hint={`on the quiet side of the threshold; now ${formatValue(rule.unit, rule.clearAt)}`}
          defaultValue={rule.clearAt}
          inputMode="decimal"
        />
        <Input label="For how many seconds" name="forSeconds" type="number" min={0} defaultValue={rule.forSeconds} />
        <Select
          label="Severity"
          name="severity"
          defaultValue={rule.severity}
          options={[
            { value: "INFO", label: "Info" },
            { value: "WARNING", label: "Warning" },
            { value: "CRITICAL", label: "Critical: becomes an incident" },
          ]}
        />
        <Checkbox name="enabled" label="Evaluated" defaultChecked={rule.enabled} />
        <div className="sm:col-span-2">
          <Submit busy="Saving…">Save the rule</Submit>{" "}
          <LinkButton to="?" preventScrollReset>
            Cancel
          </LinkButton>
        </div>
      </Form>
    </div>
  );
}
