import { z } from "zod";
import { mutation, record } from "~/access/verb.server.ts";
import { execute, firstRow } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { Conflict, NotFound } from "~/platform/errors.ts";

const found = z.object({
  id: z.string(),
  college_id: z.string(),
  title: z.string(),
  body: z.string(),
  audience: z.string(),
  class_id: z.string().nullable(),
  published_at: z.date().nullable(),
});

/** Tells everybody whom it is for, once: in their notifications, and by e-mail those who asked for that. */
export const publishAnnouncement = mutation({
  name: "announcements.publish",
  permission: "platform.manage",
  input: z.object({ id: z.uuid() }),
  async run({ ctx, input }) {
    const news = await firstRow(
      ctx.tx,
      sql`select id, college_id, title, body, audience, class_id, published_at
          from public.announcement
          where id = ${input.id}::uuid and deleted_at is null
          for update`,
      found,
    );
    if (!news) throw new NotFound("Announcement not found");
    if (news.published_at) throw new Conflict("Already published");
    const now = ctx.clock.now();
    const audience =
      news.audience === "CLASS"
        ? sql`
          u.id in (
            select e.user_id
            from public.enrollment e
            where e.college_id = ${news.college_id}::uuid
              and e.class_id = ${news.class_id}::uuid
              and e.status = 'ACTIVE'
          )`
        : news.audience === "STUDENTS"
          ? sql`u.role = 'STUDENT'`
          : news.audience === "TEACHERS"
            ? sql`u.role in ('TEACHER', 'INSTRUCTOR')`
            : sql`true`;
    const told = await execute(
      ctx.tx,
      sql`insert into public.notification (id, college_id, user_id, title, message, type, channel, status, dedupe_key)
          select public.invigil_uuid7(), u.college_id, u.id, ${news.title}, ${news.body}, 'INFO', c.channel,
                 'PENDING', 'announcement:' || ${news.id} || ':' || u.id || ':' || c.channel
          from public."user" u
            cross join (values ('IN_APP'), ('EMAIL')) c(channel)
          where u.college_id = ${news.college_id}::uuid
            and u.deleted_at is null
            and u.is_active
            and ${audience}
            and (
              c.channel = 'IN_APP'
                or exists (
                  select 1
                  from public.event_subscription s
                  where s.college_id = u.college_id
                    and s.user_id = u.id
                    and s.type = 'ANNOUNCEMENT'
                    and s.channel = 'EMAIL'
                )
            )
          on conflict (college_id, dedupe_key) do nothing`,
    );
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
