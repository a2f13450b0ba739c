import { z } from "zod";
import { mutation, record } from "~/access/verb.server.ts";
import { Invalid } from "~/platform/errors.ts";
import { newId } from "~/platform/ids.ts";
import { population } from "./population.server.ts";

const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** Takes down who has access at this moment. Nobody is added to it, or taken out of it, afterwards. */
export const startCampaign = mutation({
  name: "access_campaign.start",
  permission: "staff.manage",
  input: z.object({
    name: z.string().trim().min(3, "Enter a name").max(120, "At most 120 characters"),
    dueOn: z.string().regex(DAY, "Enter a date"),
  }),
  async run({ ctx, input }) {
    const now = ctx.clock.now();
    const dueOn = new Date(`${input.dueOn}T00:00:00Z`);
    if (
      Number.isNaN(dueOn.getTime()) ||
      dueOn.toISOString().slice(0, 10) !== input.dueOn ||
      input.dueOn < now.toISOString().slice(0, 10)
    )
      throw new Invalid("Choose a due date from today on", { dueOn: ["Choose a date from today on"] });
    const id = newId(now.getTime());
    const subjects = await population(ctx);
    await ctx.tx.prisma.accessCampaign.create({
      data: { id, name: input.name, dueOn, startedBy: ctx.actor.id ?? id, startedByName: ctx.actor.name, startedAt: now },
    });
    await ctx.tx.prisma.accessCampaignRow.createMany({
      data: subjects.map(({ id: subjectId, ...subject }) => ({ id: newId(), campaignId: id, subjectId, ...subject })),
    });
    await record(ctx, {
      action: "campaign.start",
      resource: "access_campaign",
      resourceId: id,
      details: { name: input.name, dueOn: input.dueOn, rows: subjects.length },
    });
    return { id, rows: subjects.length };
  },
});
