import { mutation, record } from "~/access/verb.server.ts";
import { Conflict } from "~/platform/errors.ts";
import { newId } from "~/platform/ids.ts";
import { askNow } from "./ask-now.server.ts";
import { questionInput } from "./question-input.ts";

/** Each may take a minute of every drill. */
const MOST = 50;

export const createDrillQuestion = mutation({
  name: "drill-question.create",
  permission: "database.act",
  input: questionInput,
  async run({ ctx, input }) {
    if ((await ctx.tx.prisma.drillQuestion.count()) >= MOST)
      throw new Conflict(`There are ${MOST} questions already. Delete one first.`);
    const value = await askNow(ctx, input.sql);
    const id = newId();
    await ctx.tx.prisma.drillQuestion.create({
      data: {
        id,
        name: input.name,
        sql: input.sql,
        minValue: input.min,
        maxValue: input.max,
        enabled: input.enabled,
        createdBy: ctx.actor.name,
      },
    });
    await record(ctx, {
      action: "drill-question.create",
      resource: "drill_question",
      resourceId: id,
      details: { ...input, value },
    });
    return { id, value, min: input.min, max: input.max };
  },
});
