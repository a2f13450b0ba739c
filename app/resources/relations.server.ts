import { z } from "zod";
import { may } from "~/access/policy.ts";
import { read } from "~/access/verb.server.ts";
import { firstRow, rows } from "~/db/query.ts";
import { ident, raw, sql } from "~/db/sql.ts";
import { labelsFor } from "./labels.server.ts";
import { relationsOf, resourceNamed } from "./registry.ts";
import { valuesOf, type Row } from "./sql.server.ts";
import { ofResource } from "./rights.ts";
import { viewOf, type ResourceView } from "./view.ts";

export type RelationList = {
  label: string;
  field: string;
  resource: ResourceView;
  columns: string[];
  rows: { id: string; values: Record<string, unknown> }[];
  labels: Record<string, Record<string, string>>;
  more: number;
};

const SHOWN = 5;
const COLUMNS = 5;

/** The records that point here: the newest few of each kind, and how many there are. */
export const relationLists = read({
  name: "resources.relations",
  permission: ofResource("read"),
  input: z.object({ resource: z.string(), id: z.uuid() }),
  async run({ ctx, input }): Promise<RelationList[]> {
    const resource = resourceNamed(input.resource);
    const lists: RelationList[] = [];
    for (const { from: other, field, label } of relationsOf(resource)) {
      if (!may(ctx.actor.role, other.read)) continue;
      const columns = [...new Set([other.title, ...other.columns])].filter((key) => key !== field.key).slice(0, COLUMNS);
      const where = sql`
        t.${ident(field.column)} = ${input.id}::uuid ${other.softDelete ? sql`and t.deleted_at is null` : sql``}`;
      const found = await rows(
        ctx.tx,
        sql`select t.id, t.college_id, ${valuesOf(other, [...columns, "currency"])} as
            values
            from ${raw(other.table)} t
            where ${where}
            order by t.id desc
            limit ${SHOWN}`,
        z.object({ id: z.string(), college_id: z.string(), values: z.record(z.string(), z.unknown()) }),
      );
      if (found.length === 0) continue;
      const counted =
        found.length < SHOWN
          ? found.length
          : ((
              await firstRow(
                ctx.tx,
                sql`select count(*)::int as n from (select 1 from ${raw(other.table)} t where ${where} limit 1001) x`,
                z.object({ n: z.number() }),
              )
            )?.n ?? 0);
      const list = found.map((row): Row => ({
        id: row.id,
        collegeId: row.college_id,
        version: "",
        cursor: "",
        values: row.values,
      }));
      lists.push({
        label,
        field: field.key,
        resource: viewOf(other, ctx.actor.role),
        columns,
        rows: list,
        labels: await labelsFor(ctx, other, columns, list),
        more: counted - found.length,
      });
    }
    return lists;
  },
});
