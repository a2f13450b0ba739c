import { rolePool } from "~/db/clients.server.ts";
import { execute } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";

/** By the owner alone: no runtime role may take anything out of the log. Says how many contents were there. */
export const eraseContentOf = (entryIds: readonly string[]): Promise<number> =>
  execute(rolePool("owner"), sql`delete from audit.content where entry_id = any(${[...entryIds]}::uuid[])`);
