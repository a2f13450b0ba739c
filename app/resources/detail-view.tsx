import { Link } from "@remix-run/react";
import { count } from "~/platform/format.ts";
import { ShortId } from "~/ui/feedback/copy.tsx";
import { Panel } from "~/ui/layout/panel.tsx";
import { isNumber, Value } from "./cell.tsx";
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
                  const field = relation.resource.fields.find((field) => field.key === key);
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
                    const field = relation.resource.fields.find((field) => field.key === key)!;
                    const value = row.values[key];
                    const label = relation.labels[key]?.[String(value)];
                    return (
                      <td
                        key={key}
                        className={`max-w-[280px] truncate ${isNumber(field.kind) ? "num" : ""} ${index > 1 ? "max-sm:hidden" : ""}`}
                      >
                        {index === 0 ? (
                          <Link to={`${relation.resource.page}${row.id}`} className="font-[520] hover:underline">
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
