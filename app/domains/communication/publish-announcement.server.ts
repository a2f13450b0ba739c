import { z } from "zod";
import { mutation, record } from "~/access/verb.server.ts";
import { execute } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { Conflict } from "~/platform/errors.ts";
import { audienceOf, holdAnnouncement } from "./announcements/audience.server.ts";

/** Tells everybody whom it is for, once: in their notifications, and by each channel that they asked for. */
export const publishAnnouncement = mutation({
  name: "announcements.publish",
  permission: "platform.manage",
  input: z.object({ id: z.uuid() }),
  async run({ ctx, input }) {
    const news = await holdAnnouncement(ctx, input.id);
    if (news.published_at) throw new Conflict("Already published");
    const now = ctx.clock.now();
    const audience = audienceOf(news);
    const told = await execute(
      ctx.tx,
      sql`insert into public.notification (id, college_id, user_id, title, message, type, channel, status, dedupe_key)
          select public.invigil_uuid7(), u.college_id, u.id, ${news.title}, ${news.body}, 'INFO', c.channel,
                 'PENDING', 'announcement:' || ${news.id} || ':' || u.id || ':' || c.channel
          from public."user" u
            cross join (values ('IN_APP'), ('EMAIL'), ('SMS'), ('PUSH'), ('WEBHOOK')) c (channel)
          where ${audience}
            and (
              c.channel = 'IN_APP'
                or exists (
                  select 1
                  from public.event_subscription s
                  where s.college_id = u.college_id
                    and s.user_id = u.id
                    and s.type = 'ANNOUNCEMENT'
                    and s.channel = c.channel
                )
            )
          on conflict (college_id, dedupe_key) do nothing`,
    );
    if (told === 0) throw new Conflict("Nobody would get this announcement. Choose another audience, then publish it.");
    await execute(
      ctx.tx,
      sql`update public.announcement set published_at = ${now}, updated_at = ${now} where id = ${news.id}::uuid`,
    );
    await record(ctx, {
      action: "announcement.publish",
      resource: "announcement",
      resourceId: news.id,
      collegeId: news.college_id,
      before: { publishedAt: null },
      after: { publishedAt: now },
      details: { notifications: told },
    });
    return { told };
  },
});
