import { mutation, record } from "~/access/verb.server.ts";
import { askNow } from "./ask-now.server.ts";
import { statementInput } from "./question-input.ts";

/** What a question answers now. It changes nothing and is recorded all the same: a number can tell what a person may not see. */
export const tryDrillQuestion = mutation({
  name: "drill-question.try",
  permission: "database.act",
  input: statementInput,
  async run({ ctx, input }) {
    const value = await askNow(ctx, input.sql);
    await record(ctx, { action: "drill-question.try", resource: "drill_question", details: { sql: input.sql, value } });
    return { value };
  },
});
