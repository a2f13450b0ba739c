import { Form as GetForm, Link, useSearchParams } from "@remix-run/react";
import type { Comparison } from "~/observability/backups/tenant/comparisons.server.ts";
import type { DifferenceCount } from "~/observability/backups/tenant/differences.server.ts";
import { neverBecause } from "~/observability/backups/tenant/rules.ts";
import { count } from "~/platform/format.ts";
import { Empty } from "~/ui/feedback/empty.tsx";
import { Submit } from "~/ui/form/form.tsx";
import { Panel } from "~/ui/layout/panel.tsx";
import { KINDS, tableName } from "./state.tsx";

type Props = { counts: DifferenceCount[]; picks: string[]; mayAct: boolean; maySeeRows: boolean; summary: Comparison["summary"] };

/** Where the rows of one table are shown, with what else is chosen. */
function useTableLink() {
  const [params] = useSearchParams();
  return (table: string) => {
    const next = new URLSearchParams(params);
    next.set("table", table);
    next.delete("after");
    return `?${next.toString()}#rows`;
  };
}

function Cell({ line, picked, mayAct }: { line: DifferenceCount | undefined; picked: boolean; mayAct: boolean }) {
  if (!line) return <td className="num text-muted">0</td>;
  const never = neverBecause(line.table, line.kind);
  const label = `${KINDS[line.kind]}: ${tableName(line.table)}`;
  return (
    <td className="num py-1.5">
      <span className="inline-flex items-center gap-2">
        {count(line.rows)}
        {mayAct && !never && line.open > 0 && (
          <input
            type="checkbox"
            name="pick"
            value={`${line.table}:${line.kind}`}
            defaultChecked={picked}
            aria-label={label}
            className="size-4 accent-(--accent)"
          />
        )}
      </span>
      {!never && line.open < line.rows && <span className="block text-[12px] text-muted">{count(line.open)} open</span>}
    </td>
  );
}

/** What differs, table by table. A box chooses the rows of one kind; the preview says what that would write. */
export function Tables({ counts, picks, mayAct, maySeeRows, summary }: Props) {
  const [params] = useSearchParams();
  const link = useTableLink();
  const names = [...new Set(counts.map(({ table }) => table))];
  const conflicts = new Map(summary.map((line) => [line.table, line.conflicts]));
  const never = (table: string) => neverBecause(table, "MISSING");
  const ordered = [...names.filter((table) => !never(table)), ...names.filter(never)];
  if (names.length === 0)
    return (
      <Panel title="Differences" flush>
        <Empty title="Nothing differs.">Every row is today as it was then.</Empty>
      </Panel>
    );
  return (
    <Panel title="Differences" flush>
      <GetForm method="get" action="#preview">
        {["person", "exam"].map((name) => {
          const value = params.get(name);
          return value && <input key={name} type="hidden" name={name} value={value} />;
        })}
        <div className="overflow-x-auto" tabIndex={0} role="region" aria-label="Differences by table">
          <table className="rows">
            <thead>
              <tr>
                <th>Table</th>
                {Object.values(KINDS).map((word) => (
                  <th key={word} className="num">
                    {word}
                  </th>
                ))}
                <th className="num">In conflict</th>
              </tr>
            </thead>
            <tbody>
              {ordered.map((table) => (
                <tr key={table}>
                  <td className="w-full min-w-44 py-1.5">
                    {maySeeRows ? (
                      <Link className="link" to={link(table)}>
                        {tableName(table)}
                      </Link>
                    ) : (
                      tableName(table)
                    )}
                    {never(table) && <p className="text-[12px] text-muted">Never put back. {never(table)}</p>}
                    {!never(table) && neverBecause(table, "CHANGED") && (
                      <p className="text-[12px] text-muted">{neverBecause(table, "CHANGED")}</p>
                    )}
                  </td>
                  {(Object.keys(KINDS) as (keyof typeof KINDS)[]).map((kind) => (
                    <Cell
                      key={`${kind}${picks.join()}`}
                      line={counts.find((line) => line.table === table && line.kind === kind)}
                      picked={picks.includes(`${table}:${kind}`)}
                      mayAct={mayAct}
                    />
                  ))}
                  <td className="num">{count(conflicts.get(table) ?? 0)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
        {mayAct && (
          <div className="px-3.5 py-2.5">
            <Submit tone="plain">Preview</Submit>
          </div>
        )}
      </GetForm>
    </Panel>
  );
}
