import type { TxCtx } from "~/db/ctx.ts";
import { execute } from "~/db/query.ts";
import { sql, type Sql } from "~/db/sql.ts";

/** What someone has open ends now, and nothing renews it: their sessions, and the tokens that would make new ones. */
async function end(ctx: TxCtx, whose: Sql): Promise<number> {
  const now = ctx.clock.now();
  const sessions = await execute(
    ctx.tx,
    sql`update public.user_session set revoked_at = ${now}, updated_at = ${now} where ${whose} and revoked_at is null`,
  );
  const tokens = await execute(
    ctx.tx,
    sql`update public.refresh_token set revoked_at = ${now}, updated_at = ${now} where ${whose} and revoked_at is null`,
  );
  return sessions + tokens;
}

export const endSessionsOf = (ctx: TxCtx, userId: string) => end(ctx, sql`user_id = ${userId}::uuid`);
export const endSessionsIn = (ctx: TxCtx, collegeId: string) => end(ctx, sql`college_id = ${collegeId}::uuid`);
