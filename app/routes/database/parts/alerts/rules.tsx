import { Link } from "@remix-run/react";
import { formatValue } from "~/observability/alerts/rules.ts";
import { Fragment } from "react";
import { plural, seconds } from "~/platform/format.ts";
import { Badge } from "~/ui/feedback/badge.tsx";
import { Panel } from "~/ui/layout/panel.tsx";
import { SeverityBadge } from "../severity.tsx";
import type { Data } from "../../alerts.tsx";
import { RuleForm } from "./rule-form.tsx";

export function Rules({ data }: { data: Data }) {
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
                      aria-label={`Edit rule ${rule.title}`}
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
