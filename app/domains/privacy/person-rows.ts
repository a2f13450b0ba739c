import { ident, join, raw, sql, type Sql } from "~/db/sql.ts";
import { PERSON_TABLES } from "./tables.ts";
import type { PersonTable } from "./tables/person-table.ts";

export type Person = { id: string; college_id: string; email: string };

const tableOf = (name: string): PersonTable => {
  const table = PERSON_TABLES[name];
  if (!table) throw new Error(`${name} is not declared in privacy/tables.ts`);
  return table;
};

/** Which rows of a table (as `t`) are this person's. */
export function rowsOf(name: string, person: Person, alias = "t"): Sql {
  const { by } = tableOf(name);
  const t = raw(alias);
  const ways: Sql[] = [];
  if (by.column && by.of)
    ways.push(
      sql`${t}.${ident(by.column)} in (select ${raw(`${alias}_of`)}.id from public.${ident(by.of)} ${raw(`${alias}_of`)} where ${rowsOf(by.of, person, `${alias}_of`)})`,
    );
  else if (by.column) ways.push(sql`${t}.${ident(by.column)} = ${person.id}::uuid`);
  if (by.email) ways.push(sql`lower(${t}.${ident(by.email)}) = lower(${person.email})`);
  return sql`${t}.college_id = ${person.college_id}::uuid and (${join(ways, " or ")})`;
}

/** Whose a row of a table (as `t`) is: the id of a person, or null. */
export function ownerOf(name: string, alias = "t"): Sql {
  const { by } = tableOf(name);
  const column = sql`${raw(alias)}.${ident(by.column ?? "")}`;
  if (!by.of) return column;
  const of = `${alias}_of`;
  return sql`(select ${ownerOf(by.of, of)} from public.${ident(by.of)} ${raw(of)} where ${raw(of)}.id = ${column} and ${raw(of)}.college_id = ${raw(alias)}.college_id)`;
}
