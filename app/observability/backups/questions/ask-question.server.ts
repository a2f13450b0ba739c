import { z } from "zod";
import { firstRow, rows, type Queryable } from "~/db/query.ts";
import { pgErrorOf } from "~/db/retry.ts";
import { sql } from "~/db/sql.ts";
import { seconds } from "~/platform/format.ts";
import { statementShape } from "./statement-shape.ts";

export type Asked = { value: number; reason: null } | { value: null; reason: string };

const refused = (reason: string): Asked => ({ value: null, reason });

/** Marked volatile, and only look: sizes and the time. */
const HARMLESS = [
  "pg_database_size",
  "pg_relation_size",
  "pg_table_size",
  "pg_indexes_size",
  "pg_total_relation_size",
  "clock_timestamp",
];
const CLOSED_SCHEMAS = ["console", "audit", "telemetry"];

/** What it calls must only read. A lock, a signal, a sleep or a statement in a text would outlive or escape the transaction. */
async function forbiddenCall(on: Queryable, calls: string[]): Promise<string | null> {
  const found = await firstRow(
    on,
    sql`select p.proname as name
        from pg_proc p
        where p.proname = any(${calls}::text[])
          and not p.proname = any(${HARMLESS}::text[])
          and (p.provolatile = 'v' or p.proname ~ '_to_xml' or p.prosecdef)
        order by 1
        limit 1`,
    z.object({ name: z.string() }),
  );
  return found?.name ?? null;
}

/**
 * The server's refusal in words. What a statement that failed read can stand in the server's own message (a text that is no
 * number), so only messages about names and syntax are passed on.
 */
function reasonOf(error: unknown, timeoutMs: number): string {
  const { code, message } = pgErrorOf(error);
  if (!code || !/^[0-9A-Z]{5}$/.test(code) || /^(08|57P|53300)/.test(code)) throw error;
  if (code === "57014") return `It took longer than ${seconds(timeoutMs / 1000)}. Ask for less.`;
  if (code === "55P03") return "A table that it reads is locked right now. Try again.";
  if (code === "42501") return `It may read only what exam data there is, without secrets: ${message}.`;
  if (code === "25006") return "It would change data. A question may only read.";
  if (code === "42P11") return "Write one SELECT statement that returns a row and changes nothing.";
  if (code.startsWith("42")) return `The database does not understand it: ${message}.`;
  if (code.startsWith("22")) return `A value in it can't be computed or converted (${code}).`;
  return `The database refused it (${code}).`;
}

const cell = z.object({
  row_no: z.number(),
  column_no: z.number(),
  kind: z.string().nullable(),
  value: z.string().nullable(),
});

function valueOf(cells: z.infer<typeof cell>[]): Asked {
  if (cells.length === 0) return refused("It returned no row. It must return exactly one, such as a count.");
  if (cells.some((cell) => cell.row_no > 1))
    return refused("It returned more than one row. It must return exactly one, such as a count.");
  const [only] = cells;
  if (cells.length > 1 || only!.column_no === 0)
    return refused(`It returned ${only!.column_no === 0 ? "no column" : `${cells.length} columns`}. It must return exactly one.`);
  if (only!.kind === "null") return refused("It returned NULL. It must return a number: use coalesce(…, 0).");
  const value = Number(only!.value);
  if (only!.kind !== "number" || !Number.isFinite(value)) return refused("It returned something other than a number.");
  return { value, reason: null };
}

/**
 * Asks one question in the caller's open transaction and leaves that as it was.
 *
 * What is typed here is anyone's SQL, so where it runs is what contains it. On the running server and on the restored copy
 * alike the session is the application's (never the owner, never the copy's administrator, who could read the files of the
 * machine), and the statement itself runs as invigil_reader inside invigil_ask_question: read-only, no role to climb to, one
 * statement, no right on anything of the console. Beyond that: a deadline, no call of a function that does more than read,
 * and everything set meanwhile is rolled back.
 */
export async function askQuestion(on: Queryable, text: string, timeoutMs: number): Promise<Asked> {
  const { calls, schemas, problem } = statementShape(text);
  if (problem) return refused(problem);
  const closed = schemas.find((name) => CLOSED_SCHEMAS.includes(name));
  if (closed) return refused(`It may read only exam data (schema public), not ${closed}.`);
  const forbidden = await forbiddenCall(on, calls);
  if (forbidden) return refused(`It may not call ${forbidden}, which can do more than read.`);
  await on.query({
    text: `savepoint question; set local transaction_read_only = on;
           set local statement_timeout = ${Math.round(timeoutMs)}; set local lock_timeout = 1000`,
  });
  try {
    const cells = await rows(
      on,
      sql`select row_no, column_no, kind, value from lateral public.invigil_ask_question(${text})`,
      cell,
    );
    return valueOf(cells);
  } catch (error) {
    return refused(reasonOf(error, timeoutMs));
  } finally {
    await on.query({ text: "rollback to savepoint question" });
  }
}
