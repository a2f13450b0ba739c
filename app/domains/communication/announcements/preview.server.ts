import { z } from "zod";
import { read } from "~/access/verb.server.ts";
import { firstRow, rows } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { audienceOf, findAnnouncement, incomplete } from "./audience.server.ts";

const NAMES = 10;

/** Who would get an announcement now: how many, over which channels, and the first of them by name. */
export const previewAnnouncement = read({
  name: "announcements.preview",
  permission: "platform.read",
  on: "primary",
  input: z.object({ id: z.uuid() }),
  async run({ ctx, input }) {
    const news = await findAnnouncement(ctx, input.id);
    const lacks = incomplete(news);
    if (lacks) return { news, lacks, people: 0, channels: [], first: [] };
    const counted = await firstRow(
      ctx.tx,
      sql`select count(*)::int as people from public."user" u where ${audienceOf(news)}`,
      z.object({ people: z.number() }),
    );
    const channels = await rows(
      ctx.tx,
      sql`select s.channel, count(*)::int as people
          from public.event_subscription s
            join public."user" u on u.id = s.user_id and u.college_id = s.college_id
          where s.college_id = ${news.college_id}::uuid
            and s.type = 'ANNOUNCEMENT'
            and s.channel <> 'IN_APP'
            and ${audienceOf(news)}
          group by s.channel
          order by s.channel`,
      z.object({ channel: z.string(), people: z.number() }),
    );
    const first = await rows(
      ctx.tx,
      sql`select u.id, coalesce(nullif(u.first_name, ''), split_part(u.name, ' ', 1)) as name
          from public."user" u
          where ${audienceOf(news)}
          order by u.name, u.id
          limit ${NAMES}`,
      z.object({ id: z.string(), name: z.string() }),
    );
    return { news, lacks, people: counted!.people, channels, first };
  },
});
