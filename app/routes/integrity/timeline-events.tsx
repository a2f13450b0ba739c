import { isSignal, SIGNALS } from "~/domains/integrity/signals.ts";
import { clockTime, seconds } from "~/platform/format.ts";

export type TimelineEvent = { id: string; type: string; at: Date | string; duration_ms: number | null; incident: number | null };

export type TimelineAnswer = { place: number; at: Date | string; seconds: number | null; revisions: number };

/** A span that explains something: drawn behind all lanes, with its word. */
export type TimelineBand = { from: Date | string; to: Date | string; label: string };

export type Kind = "focus" | "paste" | "face" | "device" | "network" | "other";

export const KINDS: Record<Kind, { label: string; color: string }> = {
  focus: { label: "Focus", color: "var(--s-3)" },
  paste: { label: "Paste and tools", color: "var(--s-4)" },
  face: { label: "Face and voice", color: "var(--s-5)" },
  device: { label: "Device", color: "var(--s-2)" },
  network: { label: "Network", color: "var(--s-1)" },
  other: { label: "Other", color: "var(--s-6)" },
};

export function kindOf(type: string): Kind {
  if (/^(TAB_SWITCH|WINDOW_BLUR|FULLSCREEN_EXIT|CONTEXT_MENU)$/.test(type)) return "focus";
  if (/^(COPY|CUT|PASTE|DEVTOOLS|PRINT|SCREEN_SHARE)$/.test(type)) return "paste";
  if (/^(NO_FACE|SEVERAL_FACES|FACE_MISMATCH|GAZE_AWAY|SPEECH|PHONE)$/.test(type)) return "face";
  if (/^(IP_CHANGE|USER_AGENT_CHANGE|FINGERPRINT_CHANGE|CONCURRENT_SESSION|VIRTUAL_MACHINE|EXTRA_DISPLAY)$/.test(type))
    return "device";
  if (/^(NETWORK_|HEARTBEAT|SAVE_BURST|LONG_PAUSE)/.test(type)) return "network";
  return "other";
}

export const label = (type: string) => (isSignal(type) ? SIGNALS[type].label : type.toLowerCase().replaceAll("_", " "));

export function EventTable({ events, zone }: { events: (TimelineEvent & { t: number })[]; zone: string }) {
  if (events.length === 0) return <p className="text-[12px] text-muted">No signal was sent for this attempt.</p>;
  return (
    <details className="text-[12px]">
      <summary className="w-fit text-muted hover:text-ink">as a table</summary>
      <div className="mt-1 max-h-72 overflow-auto" tabIndex={0} role="region" aria-label="Signals, as a table">
        <table className="rows">
          <thead>
            <tr>
              <th>Time</th>
              <th>Signal</th>
              <th className="num">Lasted</th>
              <th>Explained by</th>
            </tr>
          </thead>
          <tbody>
            {events.slice(0, 500).map((event) => (
              <tr key={event.id}>
                <td className="mono">{clockTime(new Date(event.t), zone, true)}</td>
                <td className={event.incident !== null ? "text-muted line-through" : ""}>{label(event.type)}</td>
                <td className="num">{event.duration_ms ? seconds(event.duration_ms / 1000) : "–"}</td>
                <td>{event.incident === null ? <span className="text-muted">–</span> : `incident #${event.incident}`}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}
