import { useState } from "react";
import type { Changes, Version } from "~/domains/integrity/versions/changes.ts";
import { clockTime, count, plural } from "~/platform/format.ts";
import { Panel } from "~/ui/layout/panel.tsx";
import { useZone } from "~/ui/time/time.tsx";

const CELL = "flex h-[22px] min-w-[18px] items-center justify-center rounded-[3px] px-0.5 text-[11px] mono";

/** The sheet as it stood after so many saves. */
function sheetAt(versions: Version[], saves: number): Map<number, Version & { times: number }> {
  const sheet = new Map<number, Version & { times: number }>();
  for (const version of versions.slice(0, saves))
    sheet.set(version.place, { ...version, times: (sheet.get(version.place)?.times ?? 0) + 1 });
  return sheet;
}

function summary({ changed, wrongToRight, rightToWrong, wrongToWrong, longestRun }: Changes, known: boolean): string {
  if (changed === 0) return "No answer was changed after it was given.";
  const all = `${plural(changed, "answer was", "answers were")} changed after it was given`.replace(
    "answers were changed after it was",
    "answers were changed after they were",
  );
  if (!known) return `${all}.`;
  return `${all}: ${count(wrongToRight)} from wrong to right, ${count(rightToWrong)} from right to wrong, ${count(wrongToWrong)} from wrong to wrong. The longest run of wrong-to-right changes is ${count(longestRun)}. Most people who change an answer gain by it: a run says little without a reason for it.`;
}

/** Every version of every answer: drawn as it was in the end, and stepped through where there is a script. */
export function Replay({ versions, changes, cut }: { versions: Version[]; changes: Changes; cut: boolean }) {
  const zone = useZone();
  const [saves, setSaves] = useState(versions.length);
  if (versions.length === 0) return null;
  const sheet = sheetAt(versions, saves);
  const places = [...new Set(versions.map((version) => version.place))].sort((a, b) => a - b);
  const last = versions[saves - 1];
  const known = versions.some((version) => version.right !== null);
  return (
    <Panel title="Versions of the answers" aside={`${plural(versions.length, "save")}, to the second`}>
      <p className="mb-2 max-w-[110ch]">{summary(changes, known)}</p>
      <label className="flex flex-wrap items-center gap-3 text-[12px] text-muted">
        <span className="w-64">
          {last
            ? `After save ${count(saves)} of ${count(versions.length)}, ${clockTime(new Date(last.at), zone, true)}: question ${last.place} ${last.option ?? (last.text ? "written" : "emptied")}`
            : "Before the first save"}
        </span>
        <input
          type="range"
          min={0}
          max={versions.length}
          value={saves}
          onChange={(event) => setSaves(Number(event.currentTarget.value))}
          aria-label="Show the sheet as it was after this save"
          className="min-w-40 flex-1"
        />
      </label>
      <ol className="mt-2 flex flex-wrap gap-1" aria-label="The sheet at this moment">
        {places.map((place) => {
          const cell = sheet.get(place);
          const look =
            cell?.right === false ? "bg-bad-soft text-bad" : cell?.right === true ? "bg-ok-soft text-ok" : "bg-sunk text-muted";
          return (
            <li key={place} className="flex flex-col items-center">
              <span className="text-[9.5px] text-faint">{place}</span>
              <span
                className={`${CELL} ${look} ${last?.place === place ? "outline outline-accent" : ""}`}
                title={
                  cell
                    ? `Question ${place}, version ${cell.times}${cell.right === null ? "" : cell.right ? ", right" : ", wrong"}`
                    : `Question ${place}, not answered yet`
                }
              >
                {cell?.option ?? (cell?.text ? "T" : "·")}
                {(cell?.times ?? 0) > 1 && <sup>{cell!.times}</sup>}
              </span>
            </li>
          );
        })}
      </ol>
      <details className="mt-3 text-[12px]">
        <summary className="w-fit text-muted hover:text-ink">as a table</summary>
        <div className="mt-1 max-h-72 overflow-auto" tabIndex={0} role="region" aria-label="Versions, as a table">
          <table className="rows">
            <thead>
              <tr>
                <th>Time</th>
                <th className="num">Question</th>
                <th>Answer</th>
                {known && <th>Right</th>}
              </tr>
            </thead>
            <tbody>
              {versions.slice(0, 1000).map((version, index) => (
                <tr key={index}>
                  <td className="mono">{clockTime(new Date(version.at), zone, true)}</td>
                  <td className="num">{version.place}</td>
                  <td className="max-w-[420px] truncate">{version.option ?? version.text ?? "emptied"}</td>
                  {known && <td>{version.right === null ? "–" : version.right ? "right" : "wrong"}</td>}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </details>
      {cut && <p className="mt-2 text-[12px] text-muted">Only the first {count(versions.length)} saves are shown.</p>}
    </Panel>
  );
}
