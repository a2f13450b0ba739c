import { z } from "zod";
import { mutation, record } from "~/access/verb.server.ts";
import { NotFound } from "~/platform/errors.ts";

/** Drills no longer ask it. What they were answered so far stays in their evidence. */
export const deleteDrillQuestion = mutation({
  name: "drill-question.delete",
  permission: "database.act",
  input: z.object({ id: z.uuid() }),
  async run({ ctx, input }) {
    const gone = await ctx.tx.prisma.drillQuestion.findUnique({ where: { id: input.id } });
    if (!gone) throw new NotFound("Question not found");
    await ctx.tx.prisma.drillQuestion.delete({ where: { id: input.id } });
    await record(ctx, {
      action: "drill-question.delete",
      resource: "drill_question",
      resourceId: input.id,
      details: { name: gone.name, sql: gone.sql, min: gone.minValue, max: gone.maxValue },
    });
    return { name: gone.name };
  },
});
