import type { whatChanged } from "~/observability/load/changes.server.ts";
import { milliseconds } from "~/platform/format.ts";
import { Panel } from "~/ui/layout/panel.tsx";
import { Ago } from "~/ui/time/time.tsx";
import { QueryLine } from "./sql-text.tsx";

type Changes = Awaited<ReturnType<typeof whatChanged>>;

const WORDS: Record<string, string> = {
  setting: "Setting",
  restart: "Restarted",
  promotion: "Promoted",
  "statistics reset": "Statistics reset",
  unreachable: "Gone",
  back: "Back",
};

/** What is different from before the time that is looked at. */
export function ChangesPanel({ changes }: { changes: Changes }) {
  const { events, newQueries, slowerQueries } = changes;
  if (events.length + newQueries.length + slowerQueries.length === 0)
    return (
      <Panel title="Changes in this range">
        <p className="text-muted">No changed setting, no restart, no new statement, and none twice as slow as before.</p>
      </Panel>
    );
  return (
    <Panel title="Changes in this range" flush>
      <table className="rows">
        <tbody>
          {events.slice(0, 12).map((event) => (
            <tr key={`${event.at.toString()}${event.subject}${event.kind}`}>
              <td className="whitespace-nowrap">{WORDS[event.kind] ?? event.kind}</td>
              <td className="w-full">
                <code>{event.subject}</code>{" "}
                {event.kind === "setting"
                  ? `${event.before ?? ""} → ${event.after ?? ""}`
                  : event.kind === "unreachable"
                    ? event.after
                    : ""}
              </td>
              <td className="num text-muted">
                <Ago at={event.at} />
              </td>
            </tr>
          ))}
          {slowerQueries.map((query) => (
            <tr key={query.query_id}>
              <td className="whitespace-nowrap">Slower</td>
              <td className="max-w-0 w-full truncate">
                <QueryLine id={query.query_id} text={query.text} />
              </td>
              <td className="num">
                {milliseconds(query.before_ms ?? 0)} → {milliseconds(query.mean_ms)}
              </td>
            </tr>
          ))}
          {newQueries.map((query) => (
            <tr key={query.query_id}>
              <td className="whitespace-nowrap">New</td>
              <td className="max-w-0 w-full truncate">
                <QueryLine id={query.query_id} text={query.text} />
              </td>
              <td className="num">{milliseconds(query.mean_ms)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Panel>
  );
}
