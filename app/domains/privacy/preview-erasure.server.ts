import { z } from "zod";
import { read } from "~/access/verb.server.ts";
import { countEntriesOf } from "~/audit/entries-of.server.ts";
import { firstRow } from "~/db/query.ts";
import { ident, sql } from "~/db/sql.ts";
import { blockersOf } from "./blockers.server.ts";
import { headingsOf } from "./headings.ts";
import { rowsOf } from "./person-rows.ts";
import { findPerson } from "~/domains/people/person-row.server.ts";
import { PERSON_TABLES } from "./tables.ts";
import type { PersonTable } from "./tables/person-table.ts";

/** What is taken out of rows that stay, as the console calls it. A state that is set instead is not taken away. */
function goesOf(name: string, { clear = {} }: PersonTable): string {
  const gone = Object.entries(clear).filter(([, value]) => value.startsWith("@") || /null|erased|details/.test(value));
  const text = headingsOf(
    name,
    gone.map(([column]) => column),
  )
    .join(", ")
    .toLowerCase();
  return text === "" ? "Nothing" : text.charAt(0).toUpperCase() + text.slice(1);
}

/** What an erasure would do, table by table, as it stands now. Tables without a row of theirs are left out. */
export const previewErasure = read({
  name: "privacy.preview_erasure",
  permission: "platform.read",
  on: "primary",
  input: z.object({ id: z.uuid() }),
  async run({ ctx, input }) {
    const person = await findPerson(ctx, input.id);
    const tables = [];
    for (const [name, table] of Object.entries(PERSON_TABLES)) {
      const counted = await firstRow(
        ctx.tx,
        sql`select count(*)::int as n
            from public.${ident(name)} t
            where ${rowsOf(name, person)}`,
        z.object({ n: z.number() }),
      );
      if (counted!.n > 0)
        tables.push({
          name,
          label: table.label,
          rows: counted!.n,
          goes: table.erase === "delete" ? "Every record" : goesOf(name, table),
          stays: table.stays ?? "Nothing",
        });
    }
    return {
      person,
      tables,
      blockers: await blockersOf(ctx, input.id),
      auditEntries: await countEntriesOf(ctx, "user", input.id),
    };
  },
});
