import { z } from "zod";
import { eraseContentOf } from "~/audit/erase-content.server.ts";
import { record } from "~/audit/record.server.ts";
import { rolePool } from "~/db/clients.server.ts";
import type { Ctx } from "~/db/ctx.ts";
import { rows } from "~/db/query.ts";
import { withScope } from "~/db/scope.server.ts";
import { sql } from "~/db/sql.ts";
import { Conflict, Invalid, NotFound } from "~/platform/errors.ts";
import { isUuid } from "~/platform/ids.ts";

/**
 * Erases what is personal about entries: names, values, address, the words of a reason. The entries, their places and their
 * proofs stand. By the owner alone, at the command line: no page and no runtime role can do it.
 */
export async function eraseContent(ctx: Ctx, entryIds: readonly string[], reason: string): Promise<number> {
  const wrong = entryIds.find((id) => !isUuid(id));
  if (wrong !== undefined || entryIds.length === 0) throw new Invalid(`${wrong ?? "Nothing"} is not the id of an entry`);
  if (reason.trim().length < 10)
    throw new Invalid("Enter a reason that an auditor will understand", { reason: ["At least 10 characters"] });
  const kept = await rows(
    rolePool("owner"),
    sql`select id from audit.entry where id = any(${[...entryIds]}::uuid[]) and action = 'audit.erase' limit 1`,
    z.object({ id: z.string() }),
  );
  if (kept[0])
    throw new Conflict(`${kept[0].id} says which contents were erased: without it, their absence would be unexplained`);
  // First the entry that says so: if it can't be written, nothing is erased.
  await withScope({ ...ctx, scope: { kind: "all" } }, (inner) =>
    record(inner, { action: "audit.erase", resource: "audit", reason: reason.trim(), details: { entries: [...entryIds] } }),
  );
  const gone = await eraseContentOf(entryIds);
  if (gone === 0) throw new NotFound("None of these entries has content: it was erased before, or they do not exist");
  return gone;
}
