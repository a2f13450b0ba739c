import type { Everywhere, Filter } from "../query.ts";
import type { ResourceView } from "../view.ts";

export type ListRow = { id: string; collegeId: string; cursor: string; values: Record<string, unknown> };

export type ListProps = {
  resource: ResourceView;
  rows: ListRow[];
  next: string | null;
  previous: string | null;
  labels: Record<string, Record<string, string>>;
  total: { n: number; exact: boolean };
  columns: string[];
  /** Chosen by this person, and kept. */
  layout: { chosen: boolean; dense: boolean };
  filters: Filter[];
  everywhere: Everywhere;
  q: string;
  sort: string;
  limit: number;
  trash: boolean;
  views: { id: string; name: string; query: string; mine: boolean }[];
  tenants: Record<string, string>;
};
