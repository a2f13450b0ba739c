import { Link, useSearchParams } from "@remix-run/react";
import type { Difference } from "~/observability/backups/tenant/differences.server.ts";
import { Badge } from "~/ui/feedback/badge.tsx";
import { Empty } from "~/ui/feedback/empty.tsx";
import { LinkButton } from "~/ui/form/link-button.tsx";
import { Panel } from "~/ui/layout/panel.tsx";
import { KINDS, RowState, tableName } from "./state.tsx";

function useLinks() {
  const [params] = useSearchParams();
  const to = (changes: Record<string, string | null>) => {
    const next = new URLSearchParams(params);
    for (const [name, value] of Object.entries(changes)) {
      next.delete(name);
      if (value !== null) next.set(name, value);
    }
    return `?${next.toString()}#rows`;
  };
  return {
    narrow: (name: "person" | "exam", id: string) => to({ [name]: id, table: null, after: null }),
    next: (after: string) => to({ after }),
    all: to({ table: null, person: null, exam: null, after: null }),
  };
}

const Value = ({ value }: { value: string | null }) =>
  value === null ? <span className="text-muted">empty</span> : <span className="wrap-anywhere">{value}</span>;

function Row({ row }: { row: Difference }) {
  const { narrow } = useLinks();
  return (
    <tr>
      <td className="py-1.5 align-top">
        {tableName(row.table)}
        <code className="block text-[12px] text-muted">{row.row_id.slice(-12)}</code>
        {row.person_id && (
          <Link className="link mr-2 text-[12px]" to={narrow("person", row.person_id)}>
            this person
          </Link>
        )}
        {row.exam_id && (
          <Link className="link text-[12px]" to={narrow("exam", row.exam_id)}>
            this exam
          </Link>
        )}
      </td>
      <td className="py-1.5 align-top">
        <Badge dot={false}>{KINDS[row.kind]}</Badge>
        <span className="mt-1 block">
          <RowState state={row.state} />
        </span>
        {(row.conflict ?? row.never) && <p className="max-w-56 text-[12px] text-muted">{row.conflict ?? row.never}</p>}
      </td>
      <td className="w-full min-w-72 py-1.5 align-top">
        <dl className="grid grid-cols-[minmax(90px,auto)_1fr] gap-x-3 gap-y-0.5">
          {row.values.slice(0, 14).map(({ column, old, today }) => (
            <div key={column} className="contents">
              <dt className="text-muted">{column}</dt>
              <dd className="min-w-0">
                {row.kind === "CHANGED" ? (
                  <>
                    <span className="text-muted">then</span> <Value value={old} /> <span className="text-muted">· today</span>{" "}
                    <Value value={today} />
                  </>
                ) : (
                  <Value value={old ?? today} />
                )}
              </dd>
            </div>
          ))}
        </dl>
        {row.values.length === 0 && <span className="text-muted">Its values are not copied</span>}
      </td>
    </tr>
  );
}

export function Rows({ rows, next, heading }: { rows: Difference[]; next: string | null; heading: string }) {
  const { next: nextLink, all } = useLinks();
  return (
    <Panel title={heading} id="rows" flush aside={<Link to={all}>Close</Link>}>
      {rows.length === 0 ? (
        <Empty title="No rows differ here." />
      ) : (
        <div className="overflow-x-auto" tabIndex={0} role="region" aria-label={heading}>
          <table className="rows">
            <thead>
              <tr>
                <th>Row</th>
                <th>State</th>
                <th>Values</th>
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <Row key={`${row.table}${row.row_id}`} row={row} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      {next && (
        <div className="px-3.5 py-2.5">
          <LinkButton to={nextLink(next)}>Next rows</LinkButton>
        </div>
      )}
    </Panel>
  );
}
