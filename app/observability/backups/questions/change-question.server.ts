import { mutation, record } from "~/access/verb.server.ts";
import { NotFound } from "~/platform/errors.ts";
import { askNow } from "./ask-now.server.ts";
import { changedQuestionInput } from "./question-input.ts";

export const changeDrillQuestion = mutation({
  name: "drill-question.change",
  permission: "database.act",
  input: changedQuestionInput,
  async run({ ctx, input }) {
    const before = await ctx.tx.prisma.drillQuestion.findUnique({ where: { id: input.id } });
    if (!before) throw new NotFound("Question not found");
    const value = await askNow(ctx, input.sql);
    const after = {
      name: input.name,
      sql: input.sql,
      minValue: input.min,
      maxValue: input.max,
      enabled: input.enabled,
    };
    await ctx.tx.prisma.drillQuestion.update({ where: { id: input.id }, data: after });
    const { name, sql, minValue, maxValue, enabled } = before;
    await record(ctx, {
      action: "drill-question.change",
      resource: "drill_question",
      resourceId: input.id,
      details: { before: { name, sql, minValue, maxValue, enabled }, after, value },
    });
    return { id: input.id, value, min: input.min, max: input.max };
  },
});
