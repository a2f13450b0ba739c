import { execute, type Queryable } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";

/** Whoever had this address is written to no more, and what was written to them is gone. */
export const forgetMailTo = (on: Queryable, address: string): Promise<number> =>
  execute(on, sql`delete from console.mail where purpose = 'notification' and lower(to_address) = lower(${address})`);
