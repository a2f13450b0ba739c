import { z } from "zod";
import type { Ctx } from "~/db/ctx.ts";
import { firstRow } from "~/db/query.ts";
import { withReadScope } from "~/db/scope.server.ts";
import { ident, sql } from "~/db/sql.ts";
import { isUuid } from "~/platform/uuid.ts";
import { SEES_ALL_TENANTS } from "./policy.ts";
import type { StaffSession } from "./session.server.ts";

export type Elsewhere = { id: string; name: string };

/** Addresses that name a record by its id, and its table; `/data/<table>/<id>` names it itself. */
const TABLES: [RegExp, string][] = [
  [/^\/people\/[^/]+/, "user"],
  [/^\/exams\/[^/]+/, "exam"],
  [/^\/academics\/classes\/[^/]+/, "class"],
  [/^\/enrollments\/registrations\/[^/]+/, "student_registration"],
  [/^\/enrollments\/payments\/[^/]+/, "payment"],
  [/^\/enrollments\/[^/]+/, "enrollment"],
  [/^\/integrity\/attempts\/[^/]+/, "student_exam_attempt"],
];

const tableAt = (pathname: string): string | null =>
  /^\/data\/([a-z_]+)\/[^/]+/.exec(pathname)?.[1] ?? TABLES.find(([pattern]) => pattern.test(pathname))?.[1] ?? null;

/**
 * The other tenant that a record belongs to, for who works in one of several and may see that one as well. Row security decides:
 * a record of a tenant that is not theirs is not found here either.
 */
export async function elsewhere(ctx: Ctx & { staff: StaffSession }, pathname: string, id: string): Promise<Elsewhere | null> {
  const table = tableAt(pathname);
  if (!table || !isUuid(id) || ctx.scope.kind !== "tenants") return null;
  const all = SEES_ALL_TENANTS.has(ctx.staff.role);
  if (!all && ctx.staff.college_ids.length <= ctx.scope.ids.length) return null;
  const widest = { ...ctx, scope: all ? { kind: "all" as const } : { kind: "tenants" as const, ids: ctx.staff.college_ids } };
  return withReadScope(widest, async (inner) => {
    const owned = await firstRow(
      inner.tx,
      sql`select 1 as yes from information_schema.columns
          where table_schema = 'public' and table_name = ${table} and column_name = 'college_id'`,
      z.object({ yes: z.number() }),
    );
    if (!owned) return null;
    return firstRow(
      inner.tx,
      sql`select c.id, c.name
          from public.${ident(table)} r
          join public.college c on c.id = r.college_id
          where r.id = ${id}::uuid and c.deleted_at is null`,
      z.object({ id: z.string(), name: z.string() }),
    );
  });
}
