import { z } from "zod";
import { read } from "~/access/verb.server.ts";
import { firstRow } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { messageOf } from "~/platform/errors.ts";
import { queryIdInput } from "./query-id.ts";

export type Plan = { text: string | null; reason: string | null };

/**
 * The plan for any value, without running anything: EXPLAIN (GENERIC_PLAN), from PostgreSQL 16 on. It is asked for as the
 * application's role, read-only, and what was set for it is rolled back.
 */
export const genericPlan = read({
  name: "queries.plan",
  permission: "database.read",
  on: "primary",
  input: z.object({ queryId: queryIdInput }),
  async run({ ctx, input }): Promise<Plan> {
    const known = await firstRow(
      ctx.tx,
      sql`select text, current_setting('server_version_num')::int as version
          from telemetry.query_text
          where query_id = ${input.queryId}::bigint`,
      z.object({ text: z.string(), version: z.number() }),
    );
    if (!known) return { text: null, reason: "The text of this statement is not available." };
    if (known.version < 160_000) return { text: null, reason: "EXPLAIN (GENERIC_PLAN) exists from PostgreSQL 16." };
    // Masked literals stand as ? where the server kept them; nothing but one plain statement is explained.
    if (!/^\s*(select|insert|update|delete|with|merge)\b/i.test(known.text) || known.text.includes(";"))
      return { text: null, reason: "Only a single SELECT, INSERT, UPDATE, DELETE or MERGE has a plan." };
    if (known.text.includes("?"))
      return { text: null, reason: "This statement holds literals, which are masked; without them it can't be planned." };
    await ctx.tx.query({
      text: `savepoint planning; set local transaction_read_only = on; set local role invigil_platform;
             set local statement_timeout = 2000; set local lock_timeout = 100`,
    });
    try {
      const result = await ctx.tx.query<{ "QUERY PLAN": string }>({ text: `explain (generic_plan, verbose off) ${known.text}` });
      return { text: result.rows.map((row) => row["QUERY PLAN"]).join("\n"), reason: null };
    } catch (error) {
      return { text: null, reason: `The server can't plan it: ${messageOf(error)}` };
    } finally {
      await ctx.tx.query({ text: "rollback to savepoint planning" });
    }
  },
});
