import type { QueryResult, QueryResultRow } from "pg";
import type { z } from "zod";
import type { Sql } from "./sql.ts";

/** Anything that runs one statement: a pool, a client, a transaction. */
export type Queryable = {
  query<R extends QueryResultRow>(config: { text: string; values?: unknown[] }): Promise<QueryResult<R>>;
};

/** Rows, each checked against the schema beside the query: nothing past this line holds a string that should be a number. */
export async function rows<T extends z.ZodType>(on: Queryable, statement: Sql, schema: T): Promise<z.infer<T>[]> {
  const result = await on.query({ text: statement.text, values: [...statement.values] });
  return result.rows.map((row) => schema.parse(row));
}

export async function firstRow<T extends z.ZodType>(on: Queryable, statement: Sql, schema: T): Promise<z.infer<T> | null> {
  const [first] = await rows(on, statement, schema);
  return first ?? null;
}

/** Runs a statement for its effect and says how many rows it touched. */
export async function execute(on: Queryable, statement: Sql): Promise<number> {
  const result = await on.query({ text: statement.text, values: [...statement.values] });
  return result.rowCount ?? 0;
}
