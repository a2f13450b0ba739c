import { z } from "zod";
import { mutation, record } from "~/access/verb.server.ts";
import type { TxCtx } from "~/db/ctx.ts";
import { execute } from "~/db/query.ts";
import { ident, join, raw, sql } from "~/db/sql.ts";
import { renameRecorder } from "~/domains/academics/rename-recorder.server.ts";
import { markErased, nextPersonNumber } from "~/domains/people/name-by-number.server.ts";
import { forgetFilesAbout } from "~/jobs/forget-files.server.ts";
import { forgetMailTo } from "~/mail/forget-address.server.ts";
import { Conflict, Invalid } from "~/platform/errors.ts";
import { blockersOf } from "./blockers.server.ts";
import { EXPORT_JOB } from "./export-job.ts";
import { rowsOf, type Person } from "./person-rows.ts";
import { lockPersonRow } from "~/domains/people/person-row.server.ts";
import { PERSON_TABLES } from "./tables.ts";
import { reasonField } from "~/platform/reason-field.ts";

type Names = Record<"@name" | "@email", string>;

/** Deletes or clears what one table holds on them. Says how many rows it touched. */
async function eraseIn(ctx: TxCtx, name: string, person: Person, names: Names): Promise<number> {
  const { erase, clear = {} } = PERSON_TABLES[name]!;
  const whose = rowsOf(name, person);
  if (erase === "delete") return execute(ctx.tx, sql`delete from public.${ident(name)} t where ${whose}`);
  const columns = Object.entries(clear);
  if (columns.length === 0) return 0;
  const set = columns.map(([column, value]) =>
    value in names ? sql`${ident(column)} = ${names[value as keyof Names]}` : sql`${ident(column)} = ${raw(value)}`,
  );
  return execute(ctx.tx, sql`update public.${ident(name)} t set ${join(set)} where ${whose}`);
}

/** In the caller's transaction: everything or nothing. */
export async function eraseIt(ctx: TxCtx, id: string, reason: string): Promise<number> {
  const person = await lockPersonRow(ctx, id);
  if (person.erased_at) throw new Conflict(`This person was erased already, and is ${person.name} now.`);
  const [blocker] = await blockersOf(ctx, id);
  if (blocker) throw new Conflict(`This person can't be erased now. ${blocker}`);
  const number = await nextPersonNumber(ctx);
  const names: Names = { "@name": `Person ${number}`, "@email": `person-${number}@erased.invalid` };
  const rows: Record<string, number> = {};
  for (const name of Object.keys(PERSON_TABLES)) {
    const touched = await eraseIn(ctx, name, person, names);
    if (touched > 0) rows[name] = touched;
  }
  await renameRecorder(ctx, person.college_id, [person.name, person.email], names["@name"]);
  await forgetMailTo(ctx.tx, person.email);
  await forgetFilesAbout(ctx, EXPORT_JOB, id);
  await execute(ctx.tx, sql`select console.forget_copies_of(${id}::uuid)`);
  await markErased(ctx, person, number);
  await record(ctx, {
    action: "user.erase",
    resource: "user",
    resourceId: id,
    collegeId: person.college_id,
    reason,
    details: { personNo: number, rows },
  });
  return number;
}

/** Anonymises a person in place. What they owe, sat, reached and were certified stays, and names them by number. */
export const erasePerson = mutation({
  name: "privacy.erase",
  permission: "platform.manage",
  stepUp: true,
  input: z.object({
    id: z.uuid(),
    reason: reasonField,
    typed: z.string().trim(),
  }),
  async run({ ctx, input }) {
    const person = await lockPersonRow(ctx, input.id);
    if (!person.erased_at && input.typed.toLowerCase() !== person.email.toLowerCase())
      throw new Invalid("Type the e-mail address of this person to confirm", { typed: [`Type ${person.email}`] });
    return { number: await eraseIt(ctx, input.id, input.reason) };
  },
});
