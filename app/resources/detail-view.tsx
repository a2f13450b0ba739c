import { Link } from "@remix-run/react";
import { count } from "~/platform/format.ts";
import { ShortId } from "~/ui/feedback/copy.tsx";
import { Panel } from "~/ui/layout/panel.tsx";
import { Ago } from "~/ui/time/time.tsx";
import { isNumber, Value, words } from "./cell.tsx";
import type { RelationList } from "./relations.server.ts";
import type { ResourceView } from "./view.ts";

type Labels = Record<string, Record<string, string>>;

export function Facts({
  resource,
  values,
  labels,
  id,
}: {
  resource: ResourceView;
  values: Record<string, unknown>;
  labels: Labels;
  id: string;
}) {
  return (
    <Panel title="Facts" aside={<ShortId id={id} />}>
      <dl className="grid grid-cols-2 gap-x-6 gap-y-2.5 lg:grid-cols-3">
        {resource.fields.map((field) => (
          <div
            key={field.key}
            className={field.kind === "longtext" || field.kind === "json" ? "col-span-2 lg:col-span-3" : "min-w-0"}
          >
            <dt className="text-[12px] text-muted">{field.label}</dt>
            <dd className="break-words">
              <Value
                field={field}
                value={values[field.key]}
                label={labels[field.key]?.[String(values[field.key])]}
                currency={values["currency"]}
              />
            </dd>
          </div>
        ))}
      </dl>
    </Panel>
  );
}

export function Relations({ relations, of }: { relations: RelationList[]; of: string }) {
  return (
    <>
      {relations.map((relation) => (
        <Panel
          key={`${relation.resource.name}${relation.field}`}
          title={relation.label}
          flush
          aside={
            <Link to={`/data/${relation.resource.name}?f.${relation.field}=${of}`} className="link">
              {relation.more > 0
                ? `all ${relation.more > 990 ? "of them" : count(relation.more + relation.rows.length)}`
                : "as a list"}
            </Link>
          }
        >
          <table className="rows">
            <thead>
              <tr>
                {relation.columns.map((key, index) => {
                  const field = relation.resource.fields.find((one) => one.key === key);
                  return (
                    <th key={key} className={`${field && isNumber(field.kind) ? "num" : ""} ${index > 1 ? "max-sm:hidden" : ""}`}>
                      {field?.label}
                    </th>
                  );
                })}
              </tr>
            </thead>
            <tbody>
              {relation.rows.map((row) => (
                <tr key={row.id}>
                  {relation.columns.map((key, index) => {
                    const field = relation.resource.fields.find((one) => one.key === key)!;
                    const value = row.values[key];
                    const label = relation.labels[key]?.[String(value)];
                    return (
                      <td
                        key={key}
                        className={`max-w-[280px] truncate ${isNumber(field.kind) ? "num" : ""} ${index > 1 ? "max-sm:hidden" : ""}`}
                      >
                        {index === 0 ? (
                          <Link to={`/data/${relation.resource.name}/${row.id}`} className="font-[520] hover:underline">
                            {label ??
                              (field.kind === "ref" || value === null ? (
                                `…${row.id.slice(-8)}`
                              ) : (
                                <Value field={field} value={value} />
                              ))}
                          </Link>
                        ) : (
                          <Value field={field} value={value} label={label} currency={row.values["currency"]} />
                        )}
                      </td>
                    );
                  })}
                </tr>
              ))}
            </tbody>
          </table>
        </Panel>
      ))}
    </>
  );
}

type Entry = {
  id: string;
  at: Date;
  action: string;
  by: string;
  reason: string | null;
  diff: Record<string, [unknown?, unknown?]> | null;
};

const shown = (value: unknown) =>
  value === null || value === undefined || value === "" ? "empty" : typeof value === "string" ? value : JSON.stringify(value);

/** What happened to this record, from the audit log. */
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
                  <span className="font-[560]">{entry.by}</span>{" "}
                  <span className="text-muted">
                    {words(entry.action.split(".").at(-1)?.toUpperCase() ?? entry.action).toLowerCase()}
                  </span>
                </span>
                <span className="text-[12px] text-muted">
                  <Ago at={entry.at} />
                </span>
              </p>
              {entry.reason && <p className="text-muted">“{entry.reason}”</p>}
              {entry.diff && (
                <ul className="mt-0.5 text-[12px]">
                  {Object.entries(entry.diff).map(([field, [before, after]]) => (
                    <li key={field} className="break-words">
                      <span className="text-muted">{field}:</span> <del className="text-muted">{shown(before)}</del> →{" "}
                      <ins className="no-underline">{shown(after)}</ins>
                    </li>
                  ))}
                </ul>
              )}
            </li>
          ))}
        </ol>
      )}
    </Panel>
  );
}
