import { fieldOf, type Field, type Resource, type Sort } from "./define.ts";

/** What a list shows, exactly as the URL says it. Unknown words in the URL are left out, wrong values are refused. */
export type Filter = { field: string; op: FilterOp; value: string };
/** Every list has them; no field of a resource has their names. */
export type Everywhere = Pick<ListQuery, "tenant" | "created">;
export type FilterOp = "is" | "not" | "in" | "from" | "to" | "empty" | "set";

export type ListQuery = {
  filters: Filter[];
  /** Of one tenant alone. */
  tenant: string | null;
  /** Created on or after this day, and on or before that one. */
  created: { from: string | null; to: string | null };
  q: string;
  sort: Sort;
  columns: string[];
  limit: number;
  after: string | null;
  before: string | null;
  exact: boolean;
  trash: boolean;
};

export const LIMITS = [25, 50, 100, 200, 500] as const;
const OPS: readonly FilterOp[] = ["is", "not", "in", "from", "to", "empty", "set"];

const ORDERED = new Set(["int", "money", "hundredths", "thousandths", "date", "moment"]);

export function operatorsOf(one: Field): FilterOp[] {
  const base: FilterOp[] =
    one.kind === "bool" ? ["is"] : ORDERED.has(one.kind) ? ["is", "from", "to"] : one.kind === "choice" ? ["is", "in"] : ["is"];
  return one.required || one.kind === "bool" ? base : [...base, "empty", "set"];
}

export const OP_LABELS: Record<FilterOp, string> = {
  is: "is",
  not: "is not",
  in: "is one of",
  from: "at least",
  to: "at most",
  empty: "is empty",
  set: "is set",
};

/** `?f.status=ACTIVE&f.score.from=50&q=ana&sort=name&cols=name,email&limit=50&after=…` */
export function readQuery(resource: Resource, params: URLSearchParams): ListQuery {
  const filters: Filter[] = [];
  for (const [name, value] of params) {
    if (!name.startsWith("f.")) continue;
    const [, key = "", op = "is"] = name.split(".");
    if (!resource.filters.includes(key) || !OPS.includes(op as FilterOp)) continue;
    if (value === "" && op !== "empty" && op !== "set") continue;
    // Boxes of one form come one by one: they are one condition.
    const same = op === "in" ? filters.find((filter) => filter.field === key && filter.op === "in") : undefined;
    if (same) same.value = `${same.value},${value}`.slice(0, 500);
    else filters.push({ field: key, op: op as FilterOp, value: value.slice(0, 500) });
  }
  const asked = (params.get("cols") ?? "").split(",").filter((key) => fieldOf(resource, key));
  const limit = Number(params.get("limit"));
  return {
    filters,
    tenant: params.get("f.tenant") || null,
    created: { from: params.get("f.created.from") || null, to: params.get("f.created.to") || null },
    q: (params.get("q") ?? "").trim().slice(0, 200),
    sort: resource.sorts.find((sort) => sort.key === params.get("sort")) ?? resource.sorts[0]!,
    columns: asked.length > 0 ? asked : resource.columns,
    limit: (LIMITS as readonly number[]).includes(limit) ? limit : 50,
    after: params.get("after"),
    before: params.get("before"),
    exact: params.get("count") === "exact",
    trash: resource.softDelete && params.get("trash") === "1",
  };
}

/** The part of the URL that says which rows, without where in them one is: for links to pages, exports and bulk acts. */
export function filterParams(params: URLSearchParams): URLSearchParams {
  const kept = new URLSearchParams();
  for (const [name, value] of params) if (name.startsWith("f.") || name === "q" || name === "trash") kept.append(name, value);
  return kept;
}
