import { Invalid } from "~/platform/errors.ts";
import { isUuid } from "~/platform/ids.ts";
import { raw, sql, type Sql } from "./sql.ts";

/**
 * A list in pages that stay where they are while rows come and go: each begins after a row, said by the value that the list is
 * ordered by and the row's id, never after a number of rows.
 */
export type Keyset = {
  /** What comes before the id in the order; without it the id alone orders. */
  by?: Sql;
  /** The type of `by`, so that the comparison stays an index condition. */
  type?: KeysetType;
  id: Sql;
  descending?: boolean;
};

type KeysetType = "timestamptz" | "date" | "int" | "bigint" | "text";
type Value = string | number | boolean | null;
type Place = { value: Value; id: string };

const FITS: Record<KeysetType, (value: Value) => boolean> = {
  timestamptz: (value) => typeof value === "string" && /^\d{4,}-\d\d-\d\d[T ][\d:.]+(Z|[+-][\d:]+)$/.test(value),
  date: (value) => typeof value === "string" && /^\d{4,}-\d\d-\d\d$/.test(value),
  int: (value) => Number.isSafeInteger(value),
  bigint: (value) => Number.isSafeInteger(value),
  text: (value) => typeof value === "string" || typeof value === "boolean",
};

/** The row's place, as a link holds it. */
export const cursorOf = (value: Value | Date, id: string): string =>
  Buffer.from(JSON.stringify([value, id])).toString("base64url");

export function placeOf({ type = "text", by }: Keyset, cursor: string): Place {
  try {
    const [value, id] = JSON.parse(Buffer.from(cursor, "base64url").toString()) as [Value, string];
    if (typeof id === "string" && isUuid(id) && (value === null || (by && FITS[type](value)))) return { value, id };
  } catch {
    // Refused below.
  }
  throw new Invalid("Invalid page link. Open the list again.");
}

/** Only what comes after that row. */
export function past({ by, type = "text", id, descending }: Keyset, place: Place): Sql {
  const than = raw(descending ? "<" : ">");
  return by
    ? sql`(${by}, ${id}) ${than} (${place.value}${raw(`::${type}`)}, ${place.id}::uuid)`
    : sql`${id} ${than} ${place.id}::uuid`;
}

export function orderOf({ by, id, descending }: Keyset): Sql {
  const way = raw(descending ? " desc" : "");
  return by ? sql`order by ${by}${way}, ${id}${way}` : sql`order by ${id}${way}`;
}

/** What one reads for a page: one row more than it shows, which tells whether another page follows. */
export function pageAfter<Row extends { id: string }>(
  keyset: Keyset,
  cursor: string | null | undefined,
  limit: number,
  valueOf: (row: Row) => Value | Date = () => null,
) {
  return {
    where: cursor ? [past(keyset, placeOf(keyset, cursor))] : [],
    order: sql`${orderOf(keyset)} limit ${limit + 1}`,
    of(found: readonly Row[]): { shown: Row[]; next: string | null } {
      const shown = found.slice(0, limit);
      const last = shown.at(-1);
      return { shown, next: found.length > limit && last ? cursorOf(valueOf(last), last.id) : null };
    },
  };
}
