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
        {list.map((episode) => (
          <tr key={episode.id}>
            <td>
              <SeverityBadge severity={episode.severity} />
            </td>
            <td className="w-full py-1.5">
              <span className="font-[560]">{ruleByKey(episode.rule)?.title ?? episode.rule}</span>{" "}
              <span className="text-muted">{episode.target}</span>
              <p className="text-muted wrap-anywhere">{episode.says}</p>
              <div className="mt-1 flex flex-wrap items-center gap-x-3 gap-y-1 md:hidden">
                <Cause one={episode} />
                <Acknowledge one={episode} mayAct={mayAct} />
              </div>
            </td>
            <td className="hidden whitespace-nowrap md:table-cell">
              <Clock at={episode.since} withDay withSeconds />
              {episode.resolved_at && (
                <p className="text-[12px] text-muted">
                  for {seconds((episode.resolved_at.getTime() - episode.since.getTime()) / 1000)}
                </p>
              )}
            </td>
            <td className="hidden whitespace-nowrap md:table-cell">
              <Cause one={episode} />
            </td>
            <td className="hidden md:table-cell">
              <Acknowledge one={episode} mayAct={mayAct} />
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
