import { Columns3, Download, ListFilter, Save, X } from "lucide-react";
import { Form, Link, useNavigate, useSearchParams } from "@remix-run/react";
import { createColumnHelper, tableFeatures, useTable } from "@tanstack/react-table";
import { useEffect, useId, useMemo, useRef, useState, type ReactNode } from "react";
import { about, count, plural } from "~/platform/format.ts";
import { Empty } from "~/ui/feedback/empty.tsx";
import { Button, Submit } from "~/ui/form/form.tsx";
import { isNumber, Value } from "./cell.tsx";
import { OP_LABELS, type Filter } from "./query.ts";
import { Suggestions, useSuggestions } from "./suggestions.tsx";
import type { FieldView, ResourceView } from "./view.ts";

export type ListRow = { id: string; collegeId: string; cursor: string; values: Record<string, unknown> };

export type ListProps = {
  resource: ResourceView;
  rows: ListRow[];
  next: string | null;
  previous: string | null;
  labels: Record<string, Record<string, string>>;
  total: { n: number; exact: boolean };
  columns: string[];
  filters: Filter[];
  q: string;
  sort: string;
  trash: boolean;
  views: { id: string; name: string; query: string; mine: boolean }[];
  tenants: Record<string, string>;
  /** Pages of their own for some resources. */
  pathOf?: (id: string) => string;
};

const features = tableFeatures({});
const helper = createColumnHelper<typeof features, ListRow>();

function useLink() {
  const [params] = useSearchParams();
  return (changes: Record<string, string | null>) => {
    const next = new URLSearchParams(params);
    for (const [name, value] of Object.entries(changes)) {
      if (value === null) next.delete(name);
      else next.set(name, value);
    }
    return `?${next.toString()}`;
  };
}

export function ListView(props: ListProps) {
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [whole, setWhole] = useState(false);
  const toggle = (id: string) =>
    setSelected((was) => {
      const next = new Set(was);
      if (!next.delete(id)) next.add(id);
      return next;
    });
  return (
    <>
      <FilterBar {...props} />
      <section className="panel overflow-hidden">
        {props.rows.length === 0 ? (
          <Nothing {...props} />
        ) : (
          <Rows {...props} selected={selected} toggle={toggle} setSelected={setSelected} />
        )}
        <Pager {...props} />
      </section>
      {(selected.size > 0 || whole) && (
        <SelectionBar
          {...props}
          selected={selected}
          whole={whole}
          setWhole={setWhole}
          clear={() => (setSelected(new Set()), setWhole(false))}
        />
      )}
    </>
  );
}

function Nothing({ resource, filters, q, trash }: ListProps) {
  const link = useLink();
  if (trash) return <Empty title="The trash is empty" />;
  if (filters.length > 0 || q) {
    return (
      <Empty
        title={`No ${resource.many.toLowerCase()} match`}
        action={
          <Link
            to={link({
              q: null,
              ...Object.fromEntries(filters.map((f) => [`f.${f.field}.${f.op}`, null])),
              ...Object.fromEntries(filters.map((f) => [`f.${f.field}`, null])),
            })}
            className="link"
          >
            Clear the filters
          </Link>
        }
      >
        Filters look at whole values; the search looks inside names.
      </Empty>
    );
  }
  return (
    <Empty
      title={`No ${resource.many.toLowerCase()} yet`}
      action={
        resource.mayWrite &&
        !resource.isTenant && (
          <Link to={`/data/${resource.name}/new`} className="control">
            Make the first one
          </Link>
        )
      }
    >
      {resource.importable ? "Add one by hand, or bring many from a CSV file." : "They appear here when the platform makes them."}
    </Empty>
  );
}

function FilterBar(props: ListProps) {
  const { resource, filters, q, sort, trash, views } = props;
  const [params] = useSearchParams();
  const link = useLink();
  const filterable = resource.fields.filter((field) => field.filter);
  return (
    <div className="flex flex-wrap items-center gap-2">
      {resource.searchable && (
        <Form className="w-full sm:w-auto">
          <Hidden params={params} without={["q", "after", "before"]} />
          <input
            name="q"
            type="search"
            defaultValue={q}
            key={q}
            data-page-search
            aria-label={`Search ${resource.many.toLowerCase()}`}
            placeholder={`Search ${resource.many.toLowerCase()}…`}
            className="input !min-h-[30px] sm:w-64"
          />
        </Form>
      )}
      {filters.map((filter) => (
        <Chip key={`${filter.field}${filter.op}`} filter={filter} {...props} />
      ))}
      {filterable.length > 0 && (
        <Pop
          summary={
            <>
              <ListFilter size={14} aria-hidden /> Filter
            </>
          }
          label="Add a filter"
        >
          {filterable.map((field) => (
            <AddFilter key={field.key} field={field} params={params} />
          ))}
        </Pop>
      )}
      <div className="ml-auto flex flex-wrap items-center gap-2">
        <Pop summary={<>{resource.sorts.find((one) => one.key === sort)?.label ?? "Order"}</>} label="Order">
          {resource.sorts.map((one) => (
            <Link
              key={one.key}
              to={link({ sort: one.key, after: null, before: null })}
              className="block rounded-control px-2 py-1.5 hover:bg-sunk"
              aria-current={one.key === sort}
            >
              {one.label}
            </Link>
          ))}
        </Pop>
        <Pop
          summary={
            <>
              <Columns3 size={14} aria-hidden />
              <span className="hidden sm:inline">Columns</span>
            </>
          }
          label="Columns"
        >
          <ColumnChooser {...props} params={params} />
        </Pop>
        <Pop
          summary={
            <>
              <Save size={14} aria-hidden />
              <span className="hidden sm:inline">Views</span>
            </>
          }
          label="Saved views"
        >
          {views.map((view) => (
            <div key={view.id} className="flex items-center rounded-control hover:bg-sunk">
              <Link to={`?${view.query}`} className="min-w-0 flex-1 truncate px-2 py-1.5">
                {view.name}
                {!view.mine && <span className="text-muted"> · shared</span>}
              </Link>
              {view.mine && (
                <Form method="post" className="contents">
                  <input type="hidden" name="intent" value="remove-view" />
                  <input type="hidden" name="id" value={view.id} />
                  <button className="p-2 text-muted hover:text-bad" aria-label={`Remove the view ${view.name}`}>
                    <X size={13} aria-hidden />
                  </button>
                </Form>
              )}
            </div>
          ))}
          <Form method="post" className="flex flex-col gap-2 p-2">
            <input type="hidden" name="intent" value="save-view" />
            <input type="hidden" name="query" value={params.toString()} />
            <input
              name="name"
              className="input"
              placeholder="Name of this view"
              aria-label="Name of this view"
              required
              maxLength={60}
            />
            <label className="flex items-center gap-2 text-[12px]">
              <input type="checkbox" name="shared" className="accent-(--accent)" /> For everybody
            </label>
            <Submit tone="plain">Save this view</Submit>
          </Form>
        </Pop>
        <a href={`/data/${resource.name}/export?format=csv&${exportParams(params)}`} className="control" download>
          <Download size={14} aria-hidden />
          <span className="hidden sm:inline">Export</span>
        </a>
        {resource.trash && (
          <Link to={link({ trash: trash ? null : "1", after: null, before: null })} className="control">
            {trash ? "Leave the trash" : "Trash"}
          </Link>
        )}
      </div>
    </div>
  );
}

function exportParams(params: URLSearchParams): string {
  return new URLSearchParams(
    [...params].filter(([name]) => name.startsWith("f.") || name === "q" || name === "trash"),
  ).toString();
}

const Hidden = ({ params, without }: { params: URLSearchParams; without: string[] }) => (
  <>
    {[...params]
      .filter(([name]) => !without.includes(name))
      .map(([name, value]) => (
        <input key={name} type="hidden" name={name} value={value} />
      ))}
  </>
);

/** A menu that opens without JavaScript. */
function Pop({ summary, label, children }: { summary: ReactNode; label: string; children: ReactNode }) {
  const ref = useRef<HTMLDetailsElement>(null);
  useEffect(() => {
    const close = (event: MouseEvent) => {
      if (ref.current?.open && !ref.current.contains(event.target as Node)) ref.current.open = false;
    };
    document.addEventListener("click", close);
    return () => document.removeEventListener("click", close);
  }, []);
  return (
    <details ref={ref} className="relative">
      <summary className="control list-none" aria-label={label}>
        {summary}
      </summary>
      <div
        className="panel absolute right-0 z-30 mt-1 max-h-[60vh] w-64 overflow-y-auto p-1.5 max-sm:fixed max-sm:inset-x-3 max-sm:w-auto"
        style={{ boxShadow: "var(--shadow)" }}
      >
        {children}
      </div>
    </details>
  );
}

function Chip({ filter, resource, labels }: ListProps & { filter: Filter }) {
  const [params] = useSearchParams();
  const field = resource.fields.find((one) => one.key === filter.field);
  const next = new URLSearchParams(params);
  for (const name of [`f.${filter.field}`, `f.${filter.field}.${filter.op}`, "after", "before"]) next.delete(name);
  const value =
    filter.op === "empty" || filter.op === "set"
      ? ""
      : (labels[filter.field]?.[filter.value] ?? filter.value.toLowerCase().replaceAll("_", " "));
  return (
    <span className="inline-flex h-[30px] items-center gap-1.5 rounded-control bg-accent-soft px-2.5 text-ink">
      {field?.label} <span className="text-muted">{OP_LABELS[filter.op]}</span>{" "}
      <span className="max-w-[180px] truncate font-[560]">{value}</span>
      <Link to={`?${next.toString()}`} aria-label={`Remove the filter ${field?.label ?? filter.field}`}>
        <X size={13} aria-hidden />
      </Link>
    </span>
  );
}

function AddFilter({ field, params }: { field: FieldView; params: URLSearchParams }) {
  const type = field.kind === "date" ? "date" : field.kind === "moment" ? "datetime-local" : "text";
  return (
    <details className="rounded-control">
      <summary className="rounded-control px-2 py-1.5 hover:bg-sunk">{field.label}</summary>
      <div className="flex flex-col gap-1.5 px-2 pb-2">
        {field.filter?.map((op) => (
          <Form key={op} className="flex items-center gap-1.5">
            <Hidden params={params} without={["after", "before", `f.${field.key}.${op}`, `f.${field.key}`]} />
            <span className="w-16 shrink-0 text-[12px] text-muted">{OP_LABELS[op]}</span>
            {op === "empty" || op === "set" ? (
              <input type="hidden" name={`f.${field.key}.${op}`} value="1" />
            ) : field.options ? (
              <select name={`f.${field.key}.${op}`} className="input" aria-label={`${field.label} ${OP_LABELS[op]}`}>
                {field.options.map((option) => (
                  <option key={option} value={option}>
                    {option.toLowerCase().replaceAll("_", " ")}
                  </option>
                ))}
              </select>
            ) : field.kind === "bool" ? (
              <select name={`f.${field.key}.${op}`} className="input" aria-label={field.label}>
                <option value="true">yes</option>
                <option value="false">no</option>
              </select>
            ) : field.kind === "ref" ? (
              <RefFilter field={field} name={`f.${field.key}.${op}`} />
            ) : (
              <input name={`f.${field.key}.${op}`} type={type} className="input" aria-label={`${field.label} ${OP_LABELS[op]}`} />
            )}
            <Button type="submit" className="!min-h-[30px]">
              Add
            </Button>
          </Form>
        ))}
      </div>
    </details>
  );
}

function RefFilter({ field, name }: { field: FieldView; name: string }) {
  const { found, search } = useSuggestions(field.to);
  const id = useId();
  return (
    <>
      <input
        name={name}
        list={id}
        className="input"
        autoComplete="off"
        aria-label={field.label}
        placeholder="A name or a number"
        onInput={(event) => search(event.currentTarget.value)}
      />
      <Suggestions id={id} found={found} />
    </>
  );
}

function ColumnChooser({ resource, columns, params }: ListProps & { params: URLSearchParams }) {
  const navigate = useNavigate();
  const set = (keys: string[]) => {
    const next = new URLSearchParams(params);
    if (keys.length === 0) next.delete("cols");
    else next.set("cols", keys.join(","));
    navigate(`?${next.toString()}`, { preventScrollReset: true });
  };
  return (
    <fieldset className="flex flex-col">
      <legend className="sr-only">Columns</legend>
      {resource.fields.map((field) => (
        <label key={field.key} className="flex items-center gap-2 rounded-control px-2 py-1 hover:bg-sunk">
          <input
            type="checkbox"
            className="accent-(--accent)"
            checked={columns.includes(field.key)}
            onChange={(event) => set(event.target.checked ? [...columns, field.key] : columns.filter((key) => key !== field.key))}
          />
          {field.label}
        </label>
      ))}
      <Button className="m-1" onClick={() => set([])}>
        As at first
      </Button>
    </fieldset>
  );
}

function Rows(
  props: ListProps & {
    selected: ReadonlySet<string>;
    toggle: (id: string) => void;
    setSelected: (ids: ReadonlySet<string>) => void;
  },
) {
  const { resource, rows, labels, columns, selected, toggle, setSelected, tenants, pathOf } = props;
  const navigate = useNavigate();
  const body = useRef<HTMLTableSectionElement>(null);
  const [at, setAt] = useState(-1);
  const path = (id: string) => pathOf?.(id) ?? `/data/${resource.name}/${id}`;
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
      if (event.target instanceof HTMLElement && /^(INPUT|TEXTAREA|SELECT|SUMMARY)$/.test(event.target.tagName)) return;
      if (event.metaKey || event.ctrlKey || event.altKey) return;
      if (event.key === "j" || event.key === "k") {
        event.preventDefault();
        setAt((was) => {
          const next = Math.max(0, Math.min(rows.length - 1, was + (event.key === "j" ? 1 : -1)));
          body.current?.rows[next]?.scrollIntoView({ block: "nearest" });
          return next;
        });
      } else if (event.key === "Enter" && at >= 0 && event.target === document.body) navigate(path(rows[at]!.id));
      else if (event.key === "x" && at >= 0) toggle(rows[at]!.id);
    };
    document.addEventListener("keydown", keys);
    return () => document.removeEventListener("keydown", keys);
  });

  const field = (key: string) => resource.fields.find((one) => one.key === key)!;
  return (
    <div className="overflow-x-auto">
      <table className="rows">
        <thead>
          {table.getHeaderGroups().map((group) => (
            <tr key={group.id}>
              {resource.bulk.length > 0 && (
                <th className="w-8">
                  <input
                    type="checkbox"
                    aria-label="Select every row of this page"
                    className="accent-(--accent)"
                    checked={selected.size > 0 && rows.every((row) => selected.has(row.id))}
                    onChange={(event) => setSelected(new Set(event.target.checked ? rows.map((row) => row.id) : []))}
                  />
                </th>
              )}
              {group.headers.map((header, index) => (
                <th
                  key={header.id}
                  className={`${isNumber(field(header.id).kind) ? "num" : ""} ${index > 1 ? "max-sm:hidden" : ""}`}
                >
                  {field(header.id).label}
                </th>
              ))}
              {many && <th className="max-sm:hidden">Tenant</th>}
            </tr>
          ))}
        </thead>
        <tbody ref={body}>
          {table.getRowModel().rows.map((row, index) => (
            <tr key={row.original.id} data-selected={index === at || selected.has(row.original.id) || undefined}>
              {resource.bulk.length > 0 && (
                <td>
                  <input
                    type="checkbox"
                    aria-label={`Select row ${index + 1}`}
                    className="accent-(--accent)"
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
                    className={`max-w-[320px] truncate ${isNumber(one.kind) ? "num" : ""} ${column > 1 ? "max-sm:hidden" : ""}`}
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
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Pager({ rows, next, previous, total, resource }: ListProps) {
  const link = useLink();
  return (
    <footer className="flex flex-wrap items-center justify-between gap-2 border-t px-3.5 py-2 text-[12px] text-muted">
      <span>
        {total.exact
          ? plural(total.n, resource.one.toLowerCase(), resource.many.toLowerCase())
          : `${about(total.n)} ${resource.many.toLowerCase()}`}
        {!total.exact && (
          <Link to={link({ count: "exact" })} className="link ml-2 underline">
            count them
          </Link>
        )}
        {rows.length > 0 && total.n > rows.length && <span> · {count(rows.length)} on this page</span>}
      </span>
      <span className="flex gap-2">
        {previous ? (
          <Link to={link({ before: previous, after: null })} className="control" rel="prev">
            Previous
          </Link>
        ) : null}
        {next ? (
          <Link to={link({ after: next, before: null })} className="control" rel="next">
            Next
          </Link>
        ) : null}
      </span>
    </footer>
  );
}

/** Rises from below and says what an act would touch: the chosen rows, or all that the filter finds. */
function SelectionBar(
  props: ListProps & { selected: ReadonlySet<string>; whole: boolean; setWhole: (whole: boolean) => void; clear: () => void },
) {
  const { resource, selected, whole, setWhole, total, clear } = props;
  const [params] = useSearchParams();
  const n = whole ? total.n : selected.size;
  return (
    <div role="region" aria-label="Selection" className="sticky bottom-16 z-20 md:bottom-3">
      <Form
        action={`/data/${resource.name}/bulk`}
        className="panel flex flex-wrap items-center gap-2 px-3.5 py-2"
        style={{ boxShadow: "var(--shadow)" }}
      >
        {whole ? (
          <Hidden params={new URLSearchParams(exportParams(params))} without={[]} />
        ) : (
          [...selected].map((id) => <input key={id} type="hidden" name="id" value={id} />)
        )}
        <span className="font-[560]">
          {whole && !total.exact ? about(n) : count(n)} {n === 1 ? resource.one.toLowerCase() : resource.many.toLowerCase()}
        </span>
        {!whole && total.n > selected.size && (
          <button type="button" className="link" onClick={() => setWhole(true)}>
            all {total.exact ? count(total.n) : about(total.n)} of this filter
          </button>
        )}
        <span className="ml-auto flex flex-wrap gap-2">
          {resource.bulk.map((act) => (
            <Button key={act.key} type="submit" name="act" value={act.key} tone={act.danger ? "danger" : "plain"}>
              {act.label}…
            </Button>
          ))}
          <Button onClick={clear}>Clear</Button>
        </span>
      </Form>
    </div>
  );
}
