import { Link, useNavigate } from "@remix-run/react";
import { createColumnHelper, tableFeatures, useTable } from "@tanstack/react-table";
import { useEffect, useMemo, useRef, useState } from "react";
import { isTyping } from "~/ui/typing.ts";
import { isNumber, Value } from "../cell.tsx";
import type { FieldView } from "../view.ts";
import { useLink } from "./link.tsx";
import type { ListProps, ListRow } from "./props.ts";
import { useWindowed } from "./windowed.ts";

const features = tableFeatures({});
const helper = createColumnHelper<typeof features, ListRow>();

/** A column that an index serves is sorted by its heading; pressed again, the other way where there is one. */
function Heading({ field, resource, sort }: { field: FieldView } & Pick<ListProps, "resource" | "sort">) {
  const link = useLink();
  const ways = resource.sorts.filter((sort) => sort.field === field.key);
  const at = ways.findIndex((way) => way.key === sort);
  const next = ways[(at + 1) % ways.length];
  if (!next) return <>{field.label}</>;
  return (
    <Link to={link({ sort: next.key, after: null, before: null })} className="hover:text-ink" title={next.label}>
      {field.label}
      {at >= 0 && <span aria-hidden> {ways[at]!.descending ? "↓" : "↑"}</span>}
    </Link>
  );
}

const sortedBy = ({ resource, sort }: ListProps, key: string) => {
  const found = resource.sorts.find((one) => one.key === sort && one.field === key);
  return found ? (found.descending ? "descending" : "ascending") : undefined;
};

/** Of a phone's two columns the first is what a row is called, the second its state where it has one, unless a person chose. */
function onPhone({ resource, columns, layout }: ListProps): readonly string[] {
  const [first, second] = columns;
  const kindOf = (key: string) => resource.fields.find((field) => field.key === key)?.kind;
  const state = layout.chosen ? undefined : columns.slice(1).find((key) => kindOf(key) === "choice");
  return [first, state ?? second].filter((key) => key !== undefined);
}

export function Rows(
  props: ListProps & {
    selected: ReadonlySet<string>;
    toggle: (id: string) => void;
    setSelected: (ids: ReadonlySet<string>) => void;
  },
) {
  const { resource, rows, labels, columns, selected, toggle, setSelected, tenants } = props;
  const navigate = useNavigate();
  const body = useRef<HTMLTableSectionElement>(null);
  const [at, setAt] = useState(-1);
  const { first, last, before, after, show } = useWindowed(rows.length, body);
  const path = (id: string) => `${resource.page}${id}`;
  // A tenant is its own tenant: no second column of the same names.
  const many = !resource.isTenant && new Set(rows.map((row) => row.collegeId)).size > 1;
  const definitions = useMemo(
    () =>
      helper.columns(
        columns
          .map((key) => resource.fields.find((field) => field.key === key))
          .filter((field): field is FieldView => field !== undefined)
          .map((field) => helper.accessor((row) => row.values[field.key], { id: field.key, header: field.label })),
      ),
    [columns, resource.fields],
  );
  const table = useTable({ features, columns: definitions, data: rows });

  useEffect(() => {
    const keys = (event: KeyboardEvent) => {
      // On the heading of a menu, Enter opens that.
      if (isTyping(event.target) || (event.target as Element).tagName === "SUMMARY") return;
      if (event.metaKey || event.ctrlKey || event.altKey) return;
      if (event.key === "j" || event.key === "k") {
        event.preventDefault();
        setAt((was) => {
          const next = Math.max(0, Math.min(rows.length - 1, was + (event.key === "j" ? 1 : -1)));
          show(next);
          return next;
        });
      } else if (event.key === "Enter" && at >= 0 && event.target === document.body) navigate(path(rows[at]!.id));
      else if (event.key === "x" && at >= 0) toggle(rows[at]!.id);
    };
    document.addEventListener("keydown", keys);
    return () => document.removeEventListener("keydown", keys);
  });

  const telling = onPhone(props);
  const acts = props.trash ? resource.trashActs : resource.bulk;
  const field = (key: string) => resource.fields.find((field) => field.key === key)!;
  return (
    <div className="overflow-x-auto">
      <table className={`rows ${props.layout.dense ? "dense" : ""}`} aria-rowcount={rows.length + 1}>
        <thead>
          {table.getHeaderGroups().map((group) => (
            <tr key={group.id}>
              {acts.length > 0 && (
                <th className="w-8">
                  <input
                    type="checkbox"
                    aria-label="Select every row of this page"
                    className="align-middle accent-(--accent)"
                    checked={selected.size > 0 && rows.every((row) => selected.has(row.id))}
                    onChange={(event) => setSelected(new Set(event.target.checked ? rows.map((row) => row.id) : []))}
                  />
                </th>
              )}
              {group.headers.map((header) => (
                <th
                  key={header.id}
                  aria-sort={sortedBy(props, header.id)}
                  className={`${isNumber(field(header.id).kind) ? "num" : ""} ${telling.includes(header.id) ? "" : "max-sm:hidden"}`}
                >
                  <Heading field={field(header.id)} {...props} />
                </th>
              ))}
              {many && <th className="max-sm:hidden">Tenant</th>}
            </tr>
          ))}
        </thead>
        <tbody ref={body}>
          {before > 0 && <tr aria-hidden style={{ height: before }} />}
          {table
            .getRowModel()
            .rows.slice(first, last)
            .map((row, place) => {
              const index = first + place;
              return (
                <tr
                  key={row.original.id}
                  data-row={index}
                  aria-rowindex={index + 2}
                  data-selected={index === at || selected.has(row.original.id) || undefined}
                >
                  {acts.length > 0 && (
                    <td>
                      <input
                        type="checkbox"
                        aria-label={`Select row ${index + 1}`}
                        className="align-middle accent-(--accent)"
                        checked={selected.has(row.original.id)}
                        onChange={() => toggle(row.original.id)}
                      />
                    </td>
                  )}
                  {row.getAllCells().map((cell, column) => {
                    const one = field(cell.column.id);
                    const value = row.original.values[one.key];
                    const shown = (
                      <Value
                        field={one}
                        value={value}
                        label={labels[one.key]?.[String(value)]}
                        currency={row.original.values["currency"]}
                      />
                    );
                    return (
                      <td
                        key={cell.id}
                        className={`max-w-[320px] truncate ${isNumber(one.kind) ? "num" : ""} ${telling.includes(one.key) ? "" : "max-sm:hidden"}`}
                      >
                        {column === 0 ? (
                          <Link to={path(row.original.id)} prefetch="intent" className="font-[560] hover:underline">
                            {one.kind === "ref"
                              ? (labels[one.key]?.[String(value)] ?? "Open")
                              : value === null || value === undefined || value === ""
                                ? "Open"
                                : shown}
                          </Link>
                        ) : (
                          shown
                        )}
                      </td>
                    );
                  })}
                  {many && (
                    <td className="max-w-[200px] truncate text-muted max-sm:hidden">{tenants[row.original.collegeId] ?? "–"}</td>
                  )}
                </tr>
              );
            })}
          {after > 0 && <tr aria-hidden style={{ height: after }} />}
        </tbody>
      </table>
    </div>
  );
}
