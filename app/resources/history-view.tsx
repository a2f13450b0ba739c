import { count } from "~/platform/format.ts";
import { Panel } from "~/ui/layout/panel.tsx";
import { Ago } from "~/ui/time/time.tsx";
import { words } from "./cell-text.ts";
import { Changes } from "./changes-view.tsx";
import type { history } from "./history.server.ts";

type Entry = Awaited<ReturnType<typeof history>>[number];

const IRREGULAR: Record<string, string> = { drop: "dropped", submit: "submitted", reset: "reset", set: "set" };

/** `payment.approve` reads "approved". */
function past(action: string): string {
  const act = action.split(".").at(-1) ?? action;
  if (act.includes("_")) return words(act.toUpperCase()).toLowerCase();
  return IRREGULAR[act] ?? (/[^aeiou]y$/.test(act) ? `${act.slice(0, -1)}ied` : `${act}${act.endsWith("e") ? "d" : "ed"}`);
}

/** What happened to this record, from the audit log, in the words of its fields. */
export function History({ entries }: { entries: Entry[] }) {
  return (
    <Panel title="History" aside={entries.length > 0 ? count(entries.length) : undefined}>
      {entries.length === 0 ? (
        <p className="text-muted">No actions recorded for this record.</p>
      ) : (
        <ol className="flex flex-col gap-3">
          {entries.map((entry) => (
            <li key={entry.id}>
              <p className="flex justify-between gap-2">
                <span>
                  <span className="font-[560]">{entry.by}</span> <span className="text-muted">{past(entry.action)}</span>
                </span>
                <span className="shrink-0 text-[12px] text-muted">
                  <Ago at={entry.at} />
                </span>
              </p>
              {entry.reason && <p className="text-[12px]">“{entry.reason}”</p>}
              <Changes list={entry.changes} />
            </li>
          ))}
        </ol>
      )}
    </Panel>
  );
}
