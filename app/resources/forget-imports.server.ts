import { clients } from "~/db/clients.server.ts";
import { execute } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { FILE_DAYS } from "~/jobs/files.server.ts";
import { UNDO_DAYS } from "./undo/keep.server.ts";

/** On a clock: what people brought, as long ago as the files of jobs; and what jobs wrote, which can then be undone no longer. */
export async function forgetOldImports(): Promise<void> {
  await execute(
    clients().primary,
    sql`delete from console.import
        where created_at < now() - ${FILE_DAYS} * interval '1 day'
          and updated_at < now() - ${FILE_DAYS} * interval '1 day'`,
  );
  await execute(
    clients().primary,
    sql`delete from console.change_set where created_at < now() - ${UNDO_DAYS} * interval '1 day'`,
  );
}
