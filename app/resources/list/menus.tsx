import { ArrowDown, ArrowDownUp, ArrowUp, Columns3, Download, Save, X } from "lucide-react";
import { Form, Link, useSearchParams } from "@remix-run/react";
import { Button, Submit } from "~/ui/form/form.tsx";
import { Dropdown } from "~/ui/layout/dropdown.tsx";
import { filterParams } from "../query.ts";
import { LIST_MENU, useLink } from "./link.tsx";
import type { ListProps } from "./props.ts";

export function OrderMenu({ resource, sort }: ListProps) {
  const link = useLink();
  return (
    <Dropdown
      stays="filters"
      panelClassName={LIST_MENU}
      summary={
        <>
          <ArrowDownUp size={14} aria-hidden />
          <span className="max-sm:sr-only">{resource.sorts.find((one) => one.key === sort)?.label ?? "Order"}</span>
        </>
      }
      label="Order"
    >
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
    </Dropdown>
  );
}

export function ColumnMenu(props: ListProps) {
  return (
    <Dropdown
      stays="filters"
      panelClassName={LIST_MENU}
      summary={
        <>
          <Columns3 size={14} aria-hidden />
          <span className="hidden sm:inline">Columns</span>
        </>
      }
      label="Columns"
    >
      <ColumnChooser {...props} />
    </Dropdown>
  );
}

/**
 * One form, which works before JavaScript: a box shows a column, its arrows move it, and each button keeps what is ticked. What was
 * chosen is remembered for this list and this person.
 */
function ColumnChooser({ resource, columns, layout }: ListProps) {
  const shown = columns.map((key) => resource.fields.find((field) => field.key === key)).filter((field) => field !== undefined);
  const others = resource.fields.filter((field) => !columns.includes(field.key));
  return (
    <Form method="post" className="flex flex-col" preventScrollReset key={columns.join()}>
      <input type="hidden" name="intent" value="layout" />
      {/* What Enter in a box does. */}
      <button name="act" value="show" className="sr-only" tabIndex={-1}>
        Show
      </button>
      <fieldset className="flex flex-col">
        <legend className="sr-only">Columns, in their order</legend>
        {[...shown, ...others].map((field, index) => (
          <div key={field.key} className="flex items-center gap-1 rounded-control px-2 hover:bg-sunk">
            <label className="flex min-w-0 flex-1 items-center gap-2 py-1">
              <input
                type="checkbox"
                name="column"
                value={field.key}
                className="accent-(--accent)"
                defaultChecked={columns.includes(field.key)}
              />
              <span className="truncate">{field.label}</span>
            </label>
            {index > 0 && index < shown.length && (
              <button
                name="act"
                value={`up ${field.key}`}
                aria-label={`Move ${field.label} before`}
                className="size-7 text-muted"
              >
                <ArrowUp size={13} aria-hidden className="inline" />
              </button>
            )}
            {index < shown.length - 1 && (
              <button
                name="act"
                value={`down ${field.key}`}
                aria-label={`Move ${field.label} after`}
                className="size-7 text-muted"
              >
                <ArrowDown size={13} aria-hidden className="inline" />
              </button>
            )}
          </div>
        ))}
      </fieldset>
      <div className="border-t">
        <label className="flex items-center gap-2 px-2 py-1.5">
          <input type="checkbox" name="dense" className="accent-(--accent)" defaultChecked={layout.dense} /> Compact rows
        </label>
        <div className="flex gap-1.5 p-1">
          <Button type="submit" name="act" value="show">
            Show these
          </Button>
          {(layout.chosen || layout.dense) && (
            <Button type="submit" name="act" value="reset">
              Reset columns
            </Button>
          )}
        </div>
      </div>
    </Form>
  );
}

export function ViewMenu({ views }: Pick<ListProps, "views">) {
  const [params] = useSearchParams();
  return (
    <Dropdown
      stays="filters"
      panelClassName={LIST_MENU}
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
              <button className="p-2 text-muted hover:text-bad" aria-label={`Delete view ${view.name}`}>
                <X size={13} aria-hidden />
              </button>
            </Form>
          )}
        </div>
      ))}
      <Form method="post" className="flex flex-col gap-2 p-2">
        <input type="hidden" name="intent" value="save-view" />
        <input type="hidden" name="query" value={params.toString()} />
        <input name="name" className="input" placeholder="View name" aria-label="View name" required maxLength={60} />
        <label className="flex items-center gap-2 text-[12px]">
          <input type="checkbox" name="shared" className="accent-(--accent)" /> Share with everyone
        </label>
        <Submit tone="plain">Save view</Submit>
      </Form>
    </Dropdown>
  );
}

const FORMATS = [
  { key: "csv", label: "CSV", says: "for a spreadsheet" },
  { key: "ndjson", label: "NDJSON", says: "for a program" },
] as const;

/** Exactly the rows of the filter, on every page of it. */
export function ExportMenu({ name }: { name: string }) {
  const [params] = useSearchParams();
  return (
    <Dropdown
      stays="filters"
      panelClassName={LIST_MENU}
      summary={
        <>
          <Download size={14} aria-hidden />
          <span className="hidden sm:inline">Export</span>
        </>
      }
      label="Export"
    >
      {FORMATS.map((format) => (
        <a
          key={format.key}
          href={`/data/${name}/export?format=${format.key}&${filterParams(params).toString()}`}
          className="flex justify-between rounded-control px-2 py-1.5 hover:bg-sunk"
          download
        >
          {format.label} <span className="text-muted">{format.says}</span>
        </a>
      ))}
    </Dropdown>
  );
}
