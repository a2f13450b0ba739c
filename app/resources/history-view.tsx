import { count } from "~/platform/format.ts";
import { Panel } from "~/ui/layout/panel.tsx";
import { Ago } from "~/ui/time/time.tsx";
import { Value, words } from "./cell.tsx";
import type { history } from "./history.server.ts";

type Entry = Awaited<ReturnType<typeof history>>[number];
type Change = Entry["changes"][number];

const IRREGULAR: Record<string, string> = { drop: "dropped", submit: "submitted", reset: "reset", set: "set" };

/** `payment.approve` reads "approved". */
function past(action: string): string {
  const act = action.split(".").at(-1) ?? action;
  if (act.includes("_")) return words(act.toUpperCase()).toLowerCase();
  return IRREGULAR[act] ?? (/[^aeiou]y$/.test(act) ? `${act.slice(0, -1)}ied` : `${act}${act.endsWith("e") ? "d" : "ed"}`);
}

const none = (value: unknown) => value === null || value === undefined || value === "";

function Said({ field, value }: { field: Change["field"]; value: unknown }) {
  if (none(value)) return <>nothing</>;
  if (field && typeof value !== "object") return <Value field={field} value={value} />;
  return <>{typeof value === "string" ? value : JSON.stringify(value)}</>;
}

/** What happened to this record, from the audit log, in the words of its fields. */
export function History({ entries }: { entries: Entry[] }) {
  return (
    <Panel title="History" aside={entries.length > 0 ? count(entries.length) : undefined}>
      {entries.length === 0 ? (
        <p className="text-muted">No act on this record is in the log.</p>
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
              {entry.changes.map(({ label, field, before, after }) => (
                <p key={label} className="text-[12px] break-words">
                  <span className="text-muted">{label}:</span>{" "}
                  {!none(before) && (
                    <>
                      <del className="text-muted">
                        <Said field={field} value={before} />
                      </del>{" "}
                      →{" "}
                    </>
                  )}
                  <ins className="no-underline">
                    <Said field={field} value={after} />
                  </ins>
                </p>
              ))}
            </li>
          ))}
        </ol>
      )}
    </Panel>
  );
}
