import { z } from "zod";
import { may } from "~/access/policy.ts";
import { read } from "~/access/verb.server.ts";
import { rows } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { NotFound } from "~/platform/errors.ts";
import { population } from "./population.server.ts";

const summary = z.object({
  id: z.string(),
  name: z.string(),
  due_on: z.string(),
  started_by_name: z.string(),
  started_at: z.date(),
  signed_by_name: z.string().nullable(),
  signed_at: z.date().nullable(),
  note: z.string().nullable(),
  rows: z.number(),
  kept: z.number(),
  revoked: z.number(),
});

const select = sql`
  select c.id, c.name, c.due_on::text as due_on, c.started_by_name, c.started_at, c.signed_by_name, c.signed_at, c.note,
         count(r.id)::int as rows,
         count(*) filter (where r.decision = 'KEEP')::int as kept,
         count(*) filter (where r.decision = 'REVOKE')::int as revoked
  from console.access_campaign c
    left join console.access_campaign_row r on r.campaign_id = c.id`;

export const listCampaigns = read({
  name: "access_campaign.list",
  permission: "staff.read",
  on: "primary",
  input: z.object({}),
  run: ({ ctx }) => rows(ctx.tx, sql`${select} group by c.id order by c.started_at desc, c.id desc limit 50`, summary),
});

const campaignRow = z.object({
  id: z.string(),
  kind: z.enum(["STAFF", "API_KEY"]),
  subject_id: z.string(),
  name: z.string(),
  address: z.string(),
  role: z.string(),
  tenants: z.string(),
  second_factor: z.boolean().nullable(),
  since: z.date(),
  granted_by: z.string().nullable(),
  last_act: z.date().nullable(),
  decision: z.enum(["KEEP", "REVOKE"]).nullable(),
  reason: z.string().nullable(),
  decided_by_name: z.string().nullable(),
  decided_at: z.date().nullable(),
});
export type CampaignRow = z.infer<typeof campaignRow>;

/** A campaign, its rows, and what has changed since it was started: who joined, and whose access is another now. */
export const getCampaign = read({
  name: "access_campaign.get",
  permission: "staff.read",
  on: "primary",
  input: z.object({ id: z.uuid("Campaign not found") }),
  async run({ ctx, input }) {
    const [campaign] = await rows(ctx.tx, sql`${select} where c.id = ${input.id}::uuid group by c.id`, summary);
    if (!campaign) throw new NotFound("Campaign not found");
    const list = await rows(
      ctx.tx,
      sql`select id, kind, subject_id, name, address, role, tenants, second_factor, since, granted_by, last_act,
                 decision, reason, decided_by_name, decided_at
          from console.access_campaign_row
          where campaign_id = ${input.id}::uuid
          order by decision is not null, kind desc, name, id`,
      campaignRow,
    );
    const now = await population(ctx);
    const present = new Map(now.map((subject) => [`${subject.kind} ${subject.id}`, subject]));
    const known = new Set(list.map((row) => `${row.kind} ${row.subject_id}`));
    return {
      campaign: { ...campaign, open: campaign.rows - campaign.kept - campaign.revoked },
      rows: list.map((row) => {
        const today = present.get(`${row.kind} ${row.subject_id}`);
        const changed = !today ? "No access now" : today.role !== row.role ? `Now ${today.role}` : null;
        return { ...row, now: changed, own: row.subject_id === ctx.actor.id };
      }),
      joined: now.filter((subject) => !known.has(`${subject.kind} ${subject.id}`)),
      mayDecide: may(ctx.actor.role, "staff.manage"),
      maySign: may(ctx.actor.role, "access.sign"),
    };
  },
});
export type Campaign = Awaited<ReturnType<typeof getCampaign>>;
