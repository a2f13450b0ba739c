import { z } from "zod";
import type { TxCtx } from "~/db/ctx.ts";
import { execute, rows } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";

type Heard = { userId: string; sessionId: string | null; type: string; at: Date };

const LONGEST_MINUTES = 1440;

/**
 * A session lasts from the first to the last that was heard in it, in whatever order that arrives; its end is known once it
 * was said. Answers whose each session is.
 */
export async function touchSessions(ctx: TxCtx, collegeId: string, given: readonly Heard[]): Promise<Map<string, string>> {
  const heard = given.filter((event) => event.sessionId !== null);
  if (heard.length === 0) return new Map();
  const now = ctx.clock.now();
  await execute(
    ctx.tx,
    sql`with heard as (
          select session_id, (array_agg(user_id order by at, user_id))[1] as user_id, min(at) as started_at,
                 max(at) as last_at, max(at) filter (where type = 'SESSION_ENDED') as ended_at
          from unnest(
            ${heard.map((event) => event.sessionId)}::uuid[], ${heard.map((event) => event.userId)}::uuid[],
            ${heard.map((event) => event.type)}::text[],
            ${heard.map((event) => event.at.toISOString())}::timestamptz[]
          ) h (session_id, user_id, type, at)
          group by session_id
          order by session_id
        )
        insert into public.learning_session as known (
          id, college_id, user_id, started_at, completed_at, duration_minutes, created_at, updated_at
        )
        select session_id, ${collegeId}::uuid, user_id, started_at, ended_at,
               least(round(extract(epoch from last_at - started_at) / 60), ${LONGEST_MINUTES}), ${now}, ${now}
        from heard
        on conflict (id, college_id) do update
        set started_at = least(known.started_at, excluded.started_at),
            completed_at = greatest(known.completed_at, excluded.completed_at),
            duration_minutes = least(
              ${LONGEST_MINUTES},
              greatest(
                known.duration_minutes,
                round(
                  extract(
                    epoch from greatest(
                      known.started_at + known.duration_minutes * interval '1 minute',
                      excluded.started_at + excluded.duration_minutes * interval '1 minute'
                    ) - least(known.started_at, excluded.started_at)
                  ) / 60
                )
              )
            ),
            updated_at = excluded.updated_at
        where known.user_id = excluded.user_id`,
  );
  const sessions = await rows(
    ctx.tx,
    sql`select id, user_id
        from public.learning_session
        where college_id = ${collegeId}::uuid and id = any(${heard.map((event) => event.sessionId)}::uuid[])`,
    z.object({ id: z.string(), user_id: z.string() }),
  );
  return new Map(sessions.map((session) => [session.id, session.user_id]));
}
