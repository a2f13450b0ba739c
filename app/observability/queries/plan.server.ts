import { z } from "zod";
import { read } from "~/access/verb.server.ts";
import type { TxCtx } from "~/db/ctx.ts";
import { firstRow } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { observes } from "~/platform/depth.ts";
import { messageOf } from "~/platform/errors.ts";
import { explainWatched } from "./explain-watched.server.ts";
import { queryIdInput } from "./query-id.ts";

export type Plan = { text: string | null; reason: string | null; grant?: string | null };

const statementText = read({
  name: "queries.text",
  permission: "database.read",
  on: "primary",
  input: z.object({ queryId: queryIdInput }),
  run: ({ ctx, input }) =>
    firstRow(
      ctx.tx,
      sql`select text
          from telemetry.query_text
          where query_id = ${input.queryId}::bigint`,
      z.object({ text: z.string() }),
    ),
});

/** Why there is no plan to ask for. Masked literals stand as ? where the server kept them. */
function noPlan(text: string | undefined): string | null {
  if (text === undefined) return "The text of this statement is not available.";
  // Nothing but one plain statement is explained.
  if (!/^\s*(select|insert|update|delete|with|merge)\b/i.test(text) || text.includes(";"))
    return "Only a single SELECT, INSERT, UPDATE, DELETE or MERGE has a plan.";
  return text.includes("?") ? "This statement holds literals, which are masked; without them it can't be planned." : null;
}

/** As the application's role, read-only; what was set for it is rolled back. */
async function explainHere(ctx: TxCtx, text: string): Promise<Plan> {
  const server = await firstRow(
    ctx.tx,
    sql`select current_setting('server_version_num')::int as version`,
    z.object({ version: z.number() }),
  );
  if (server!.version < 160_000) return { text: null, reason: "EXPLAIN (GENERIC_PLAN) exists from PostgreSQL 16." };
  await ctx.tx.query({
    text: `savepoint planning; set local transaction_read_only = on; set local role invigil_platform;
           set local statement_timeout = 2000; set local lock_timeout = 100`,
  });
  try {
    const result = await ctx.tx.query<{ "QUERY PLAN": string }>({ text: `explain (generic_plan, verbose off) ${text}` });
    return { text: result.rows.map((row) => row["QUERY PLAN"]).join("\n"), reason: null };
  } catch (error) {
    return { text: null, reason: `The server can't plan it: ${messageOf(error)}` };
  } finally {
    await ctx.tx.query({ text: "rollback to savepoint planning" });
  }
}

/** The plan for any value, without running anything: EXPLAIN (GENERIC_PLAN), from PostgreSQL 16 on. */
export const genericPlan = read({
  name: "queries.plan",
  permission: "database.read",
  on: "primary",
  input: z.object({ queryId: queryIdInput }),
  async before({ ctx, input }) {
    const text = (await statementText({ ctx, input }))?.text;
    const reason = noPlan(text);
    if (reason !== null) return { text: null, plan: { text: null, reason } };
    return { text: text!, plan: observes() ? await explainWatched(text!) : null };
  },
  run: async ({ ctx, before: { text, plan } }): Promise<Plan> => plan ?? explainHere(ctx, text!),
});
