import { Link } from "@remix-run/react";
import { ruleByKey } from "~/observability/alerts/rules.ts";
import { seconds } from "~/platform/format.ts";
import { Form, Submit } from "~/ui/form/form.tsx";
import { Clock } from "~/ui/time/time.tsx";
import { SeverityBadge } from "../severity.tsx";
import type { Data } from "../../alerts.tsx";

export function Episodes({ list, mayAct }: { list: Data["episodes"]; mayAct: boolean }) {
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
      {one.written === false && <p className="text-[12px] text-muted">not stored yet</p>}
      {one.incident !== null ? (
        <Link to={`/database/incidents/${one.incident}`} className="link">
          Incident {one.incident}
        </Link>
      ) : (
        <Link to={ruleByKey(one.rule)?.link ?? "/database"} className="link">
          View cause
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
