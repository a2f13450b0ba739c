import { Link } from "@remix-run/react";
import { SIGNALS } from "~/domains/integrity/signals.ts";
import { day, plural } from "~/platform/format.ts";
import { Panel } from "~/ui/layout/panel.tsx";
import { useZone } from "~/ui/time/time.tsx";

type Earlier = { id: string; exam: string; started_at: Date | string; risk_score: number; review_state: string };

const WORDS: Record<string, string> = {
  VIOLATION: "violation stands",
  APPEALED: "under appeal",
  INCONCLUSIVE: "unclear",
  CLEARED: "cleared",
};

function summary(history: Earlier[]): string {
  if (history.length === 0) return "none";
  const violations = history.filter((earlier) => earlier.review_state === "VIOLATION").length;
  const reviewed = history.filter((earlier) => earlier.review_state !== "NONE").length;
  if (violations > 0) return `${history.length}, ${plural(violations, "violation")}`;
  return reviewed > 0 ? `${history.length}, ${reviewed} reviewed` : `${history.length}, none reviewed`;
}

/** What else is known of whoever this is, without saying who. */
export function StudentPanel({
  attempt,
  history,
  accommodations,
}: {
  attempt: { devices: number; extra_seconds: number };
  history: Earlier[];
  accommodations: { extra_percent: number; ignored_signals: string[] }[];
}) {
  const zone = useZone();
  const entitled = accommodations
    .flatMap((accommodation) => [
      accommodation.extra_percent > 0 && `${accommodation.extra_percent} % time`,
      ...accommodation.ignored_signals.map(
        (signal) => `no ${(SIGNALS as Record<string, { label: string }>)[signal]?.label ?? signal}`,
      ),
    ])
    .filter(Boolean)
    .join(", ");
  return (
    <Panel flush title="This student">
      <table className="rows">
        <tbody>
          <tr>
            <td className="text-muted">Other attempts</td>
            <td className="text-right">{summary(history)}</td>
          </tr>
          <tr>
            <td className="text-muted">Accommodation</td>
            <td className="text-right">{entitled || "none"}</td>
          </tr>
          {attempt.extra_seconds > 0 && (
            <tr>
              <td className="text-muted">Extra time given</td>
              <td className="text-right">{Math.round(attempt.extra_seconds / 60)} min</td>
            </tr>
          )}
          <tr>
            <td className="text-muted">Devices</td>
            <td className="text-right">{plural(attempt.devices, "known device")}</td>
          </tr>
        </tbody>
      </table>
      {history.length > 0 && (
        <details className="border-t px-3.5 py-2 text-[12px]">
          <summary className="w-fit text-muted hover:text-ink">each of them</summary>
          <ul className="mt-1.5 flex flex-col gap-1">
            {history.slice(0, 12).map((earlier) => (
              <li key={earlier.id} className="flex justify-between gap-2">
                <Link to={`/integrity/attempts/${earlier.id}`} className="link truncate">
                  {earlier.exam}
                </Link>
                <span className="whitespace-nowrap text-muted">
                  {day(new Date(earlier.started_at), zone)} · risk {earlier.risk_score}
                  {WORDS[earlier.review_state] ? `, ${WORDS[earlier.review_state]}` : ""}
                </span>
              </li>
            ))}
          </ul>
        </details>
      )}
    </Panel>
  );
}
