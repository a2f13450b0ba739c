import { ListFilter, X } from "lucide-react";
import { Form, Link, useSearchParams } from "@remix-run/react";
import { useId } from "react";
import { LinkButton } from "~/ui/form/link-button.tsx";
import { Button } from "~/ui/form/form.tsx";
import { words } from "../cell-text.ts";
import { OP_LABELS, type Filter } from "../query.ts";
import { Suggestions, useSuggestions } from "../suggestions.tsx";
import type { FieldView } from "../view.ts";
import { AddEverywhere, EverywhereChips } from "./everywhere.tsx";
import { ColumnMenu, ExportMenu, OrderMenu, ViewMenu } from "./menus.tsx";
import { Dropdown } from "~/ui/layout/dropdown.tsx";
import { Hidden, LIST_MENU, useLink } from "./link.tsx";
import type { ListProps } from "./props.ts";

export function FilterBar(props: ListProps) {
  const { resource, filters, q, trash, views } = props;
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
      <EverywhereChips {...props} />
      <Dropdown
        stays="filters"
        panelClassName={LIST_MENU}
        summary={
          <>
            <ListFilter size={14} aria-hidden /> Filter
          </>
        }
        label="Add filter"
      >
        {filterable.map((field) => (
          <AddFilter key={field.key} field={field} params={params} />
        ))}
        <AddEverywhere {...props} />
      </Dropdown>
      <div className="ml-auto flex flex-wrap items-center gap-2">
        <OrderMenu {...props} />
        <ColumnMenu {...props} />
        <ViewMenu views={views} />
        <ExportMenu name={resource.name} />
        {resource.trash && (
          <LinkButton to={link({ trash: trash ? null : "1", after: null, before: null })}>
            {trash ? "Leave trash" : "Trash"}
          </LinkButton>
        )}
      </div>
    </div>
  );
}

function Chip({ filter, resource, labels }: ListProps & { filter: Filter }) {
  const [params] = useSearchParams();
  const field = resource.fields.find((field) => field.key === filter.field);
  const next = new URLSearchParams(params);
  for (const name of [`f.${filter.field}`, `f.${filter.field}.${filter.op}`, "after", "before"]) next.delete(name);
  const value =
    filter.op === "empty" || filter.op === "set"
      ? ""
      : filter.value
          .split(",")
          .map((one) => labels[filter.field]?.[one] ?? (field?.options ? words(one) : one))
          .join(", ");
  return (
    <span className="inline-flex h-[30px] items-center gap-1.5 rounded-control bg-accent-soft px-2.5 text-ink">
      {field?.label} <span className="text-muted">{OP_LABELS[filter.op]}</span>{" "}
      <span className="max-w-[180px] truncate font-[560]">{value}</span>
      <Link to={`?${next.toString()}`} aria-label={`Remove filter ${field?.label ?? filter.field}`}>
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
            ) : field.options && op === "in" ? (
              <span className="flex flex-1 flex-col gap-0.5">
                {field.options.map((option) => (
                  <label key={option} className="flex items-center gap-2">
                    <input type="checkbox" name={`f.${field.key}.in`} value={option} className="accent-(--accent)" />
                    {words(option)}
                  </label>
                ))}
              </span>
            ) : field.options ? (
              <select name={`f.${field.key}.${op}`} className="input" aria-label={`${field.label} ${OP_LABELS[op]}`}>
                {field.options.map((option) => (
                  <option key={option} value={option}>
                    {words(option)}
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
