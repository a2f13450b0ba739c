import type { TxCtx } from "~/db/ctx.ts";
import { execute } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";

type StoryStep = { userId: string; storyId: string | null; percent: number | null; seconds: number; at: Date };

/** The guide's batch: one statement, the percentage only grows, the time adds up. */
export async function applyStories(ctx: TxCtx, collegeId: string, given: readonly StoryStep[]): Promise<void> {
  const steps = given.filter((step) => step.storyId !== null);
  if (steps.length === 0) return;
  const now = ctx.clock.now();
  await execute(
    ctx.tx,
    sql`with steps as (
          select user_id, story_id, max(percent) as percent, sum(seconds) as seconds, max(at) as at
          from unnest(
            ${steps.map((step) => step.userId)}::uuid[], ${steps.map((step) => step.storyId)}::uuid[],
            ${steps.map((step) => step.percent ?? 0)}::int[], ${steps.map((step) => step.seconds)}::int[],
            ${steps.map((step) => step.at.toISOString())}::timestamptz[]
          ) s (user_id, story_id, percent, seconds, at)
          group by user_id, story_id
          order by user_id, story_id
        )
        insert into public.story_progress as known (
          id, college_id, user_id, story_id, completion_percentage, time_spent, last_accessed_at, created_at,
          updated_at
        )
        select public.invigil_uuid7(${now}), ${collegeId}::uuid, user_id, story_id, percent,
               least(seconds, 2147483647), at, ${now}, ${now}
        from steps
        on conflict (college_id, user_id, story_id) do update
        set completion_percentage = greatest(known.completion_percentage, excluded.completion_percentage),
            time_spent = least(known.time_spent::bigint + excluded.time_spent, 2147483647),
            last_accessed_at = greatest(known.last_accessed_at, excluded.last_accessed_at),
            updated_at = excluded.updated_at`,
  );
}
