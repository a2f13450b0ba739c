import { z } from "zod";
import { mutation, record } from "~/access/verb.server.ts";
import { firstRow } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { Conflict, NotFound } from "~/platform/errors.ts";
import { plural } from "~/platform/format.ts";

/** An auditor's word that the campaign is complete. From then on nothing of it changes. */
export const signOffCampaign = mutation({
  name: "access_campaign.sign_off",
  permission: "access.sign",
  stepUp: true,
  input: z.object({
    id: z.uuid("Campaign not found"),
    note: z.string().trim().max(2000, "At most 2,000 characters").default(""),
  }),
  async run({ ctx, input }) {
    const campaign = await firstRow(
      ctx.tx,
      sql`select c.name, c.signed_by_name,
                 (
                   select count(*)::int
                   from console.access_campaign_row r
                   where r.campaign_id = c.id and r.decision is null
                 ) as open
          from console.access_campaign c
          where c.id = ${input.id}::uuid
          for update of c`,
      z.object({ name: z.string(), signed_by_name: z.string().nullable(), open: z.number() }),
    );
    if (!campaign) throw new NotFound("Campaign not found");
    if (campaign.signed_by_name) throw new Conflict(`${campaign.signed_by_name} has already signed this campaign off.`);
    if (campaign.open > 0)
      throw new Conflict(`${plural(campaign.open, "row is", "rows are")} undecided. Decide about each before you sign off.`);
    await ctx.tx.prisma.accessCampaign.update({
      where: { id: input.id },
      data: {
        signedBy: ctx.actor.id,
        signedByName: ctx.actor.name,
        signedAt: ctx.clock.now(),
        note: input.note || null,
      },
    });
    await record(ctx, {
      action: "campaign.sign_off",
      resource: "access_campaign",
      resourceId: input.id,
      reason: input.note || null,
      details: { name: campaign.name },
    });
  },
});
