import { may } from "~/access/policy.ts";
import { operatorsOf, type FilterOp } from "./query.ts";
import { writableBy, type Field, type Resource } from "./define.ts";

/** What the browser is told of a resource: names and shapes, no verbs and no SQL. */
export type FieldView = Pick<
  Field,
  "key" | "label" | "kind" | "required" | "readOnly" | "options" | "accepts" | "to" | "hint"
> & {
  filter: FilterOp[] | null;
};

export type ResourceView = {
  name: string;
  one: string;
  many: string;
  /** The address of a record, before its id. */
  page: string;
  title: string;
  fields: FieldView[];
  writable: string[];
  /** Of the writable those that a form sets once, when the record is made. */
  fixed: string[];
  defaultColumns: string[];
  sorts: { key: string; label: string; field: string | null; descending: boolean }[];
  bulk: { key: string; label: string; danger: boolean; options: readonly string[] | null; says: string }[];
  /** What may be done to rows that are in the trash. */
  trashActs: ResourceView["bulk"];
  searchable: boolean;
  trash: boolean;
  mayWrite: boolean;
  mayRemove: boolean;
  importable: boolean;
  isTenant: boolean;
};

export function viewOf(resource: Resource, role: string): ResourceView {
  const mayWrite = resource.write !== null && may(role, resource.write);
  const mayRemove = resource.remove !== null && may(role, resource.remove);
  return {
    name: resource.name,
    one: resource.one,
    many: resource.many,
    page: resource.page,
    title: resource.title,
    fields: resource.fields.map((field) => ({
      key: field.key,
      label: field.label,
      kind: field.kind,
      required: field.required,
      readOnly: field.readOnly,
      options: field.options,
      accepts: field.accepts,
      to: field.to,
      hint: field.hint,
      filter: resource.filters.includes(field.key) ? operatorsOf(field) : null,
    })),
    writable: writableBy(resource, role).map((field) => field.key),
    fixed: resource.fields.filter((field) => field.fixed).map((field) => field.key),
    defaultColumns: resource.columns,
    sorts: resource.sorts.map(({ key, label, field, descending = false }) => ({ key, label, field, descending })),
    bulk: [
      ...resource.bulk
        .filter((act) => (act.permission ? may(role, act.permission) : mayWrite))
        .map((act) => ({
          key: act.key,
          label: act.label,
          danger: act.danger ?? false,
          options: act.sets ? (resource.fields.find((field) => field.key === act.sets)?.options ?? null) : null,
          says: act.says,
        })),
      ...(resource.softDelete && mayRemove ? [TRASH] : []),
    ],
    // A tenant is never deleted for good from a list: every other table hangs from it.
    trashActs: !(resource.softDelete && mayRemove) ? [] : resource.tenantColumn === "id" ? [RESTORE] : [RESTORE, PURGE],
    searchable: resource.search !== null || resource.fields.find((field) => field.key === resource.title)?.kind === "text",
    trash: resource.softDelete,
    mayWrite,
    mayRemove,
    importable: resource.importable && mayWrite,
    isTenant: resource.tenantColumn === "id",
  };
}

const RESTORE = {
  key: "restore",
  label: "Restore",
  danger: false,
  options: null,
  says: "They return to every list unchanged.",
};

const PURGE = {
  key: "purge",
  label: "Delete for good",
  danger: true,
  options: null,
  says: "They can't be restored. Records that others refer to are refused.",
};

const TRASH = {
  key: "trash",
  label: "Move to the trash",
  danger: true,
  options: null,
  says: "They disappear from every list and can be restored.",
};
