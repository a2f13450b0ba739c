import { sql, type Sql } from "~/db/sql.ts";

/** In another room's statement: the time zone of the college that a column or value names. */
export const zoneOf = (college: Sql): Sql => sql`(select z.time_zone from public.college z where z.id = ${college})`;
