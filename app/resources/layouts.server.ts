import { z } from "zod";
import type { Ctx } from "~/db/ctx.ts";
import { execute, firstRow } from "~/db/query.ts";
import { withScope } from "~/db/scope.server.ts";
import { sql } from "~/db/sql.ts";
import { Invalid } from "~/platform/errors.ts";
import { fieldOf, type Resource } from "./define.ts";
import { columnsAfter } from "./layout.ts";

type Layout = { columns: string[] | null; dense: boolean };

/** How this person sees this list. A column that the list has no longer is left out. */
export async function layoutOf(ctx: Ctx, resource: Resource): Promise<Layout> {
  const kept = await withScope(ctx, ({ tx }) =>
    firstRow(
      tx,
      sql`select columns, dense
          from console.list_layout
          where staff_id = ${ctx.actor.id}::uuid and list = ${resource.name}`,
      z.object({ columns: z.array(z.string()), dense: z.boolean() }),
    ),
  );
  const columns = (kept?.columns ?? []).filter((key) => fieldOf(resource, key));
  return { columns: columns.length > 0 ? columns : null, dense: kept?.dense ?? false };
}

/** What a person chose in the menu of columns. It is theirs alone and changes no data: no entry of the log says so. */
export async function keepLayout(ctx: Ctx, resource: Resource, form: FormData): Promise<void> {
  const act = String(form.get("act") ?? "show");
  const ticked = form
    .getAll("column")
    .map(String)
    .filter((key) => fieldOf(resource, key));
  if (act !== "reset" && ticked.length === 0) throw new Invalid("Choose at least one column");
  // The boxes come in the order of the columns.
  const columns = act === "reset" ? [] : columnsAfter(ticked, act);
  const dense = act !== "reset" && form.has("dense");
  await withScope(ctx, ({ tx }) =>
    execute(
      tx,
      sql`insert into console.list_layout (staff_id, list, columns, dense, updated_at)
          values (${ctx.actor.id}::uuid, ${resource.name}, ${columns}::text[], ${dense}, ${ctx.clock.now()})
          on conflict (staff_id, list)
          do update set columns = excluded.columns, dense = excluded.dense, updated_at = excluded.updated_at`,
    ),
  );
}
