import { z } from "zod";
import type { Ctx, TxCtx } from "~/db/ctx.ts";
import { execute, rows } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { asClient, findSitting, standingOf, type Sitting, type Standing } from "./sitting.server.ts";

const messageRow = z.object({ id: z.string(), text: z.string(), sent_at: z.date(), sent_by_name: z.string() });

export type ClientMessage = { id: string; text: string; sentAt: string; from: string };

/** What this student has not acknowledged, oldest first. Handed over now: delivered. */
async function takeMessages(ctx: TxCtx, sitting: Sitting): Promise<ClientMessage[]> {
  const now = ctx.clock.now();
  const mine = sql`
    r.college_id = ${sitting.college_id} and r.exam_id = ${sitting.exam_id} and r.user_id = ${sitting.user_id}`;
  const found = await rows(
    ctx.tx,
    sql`select m.id, m.text, m.sent_at, m.sent_by_name
        from public.room_message_recipient r
          join public.room_message m on m.id = r.message_id and m.college_id = r.college_id
        where ${mine} and r.seen_at is null
        order by m.id
        limit 100`,
    messageRow,
  );
  if (found.length > 0)
    await execute(
      ctx.tx,
      sql`update public.room_message_recipient r
          set delivered_at = ${now}, updated_at = ${now}
          where ${mine} and r.delivered_at is null and r.message_id = any(${found.map((row) => row.id)}::uuid[])`,
    );
  return found.map((row) => ({ id: row.id, text: row.text, sentAt: row.sent_at.toISOString(), from: row.sent_by_name }));
}

const handRow = z.object({ id: z.string(), kind: z.enum(["HAND", "PROBLEM"]), text: z.string().nullable(), raised_at: z.date() });

async function openHands(ctx: TxCtx, sitting: Sitting) {
  const found = await rows(
    ctx.tx,
    sql`select id, kind, text, raised_at
        from public.room_hand
        where attempt_id = ${sitting.id} and college_id = ${sitting.college_id} and state = 'OPEN'
        order by raised_at`,
    handRow,
  );
  return found.map((row) => ({ id: row.id, kind: row.kind, text: row.text, raisedAt: row.raised_at.toISOString() }));
}

export type Beat = Standing & {
  exam: { title: string; status: string };
  messages: ClientMessage[];
  hands: Awaited<ReturnType<typeof openHands>>;
};

/** All that a client must know now; the same for a heartbeat's answer and for the beginning of a stream. */
async function beatOf(ctx: TxCtx, sitting: Sitting): Promise<Beat> {
  return {
    ...standingOf(sitting, ctx.clock.now()),
    exam: { title: sitting.exam_title, status: sitting.exam_status },
    messages: await takeMessages(ctx, sitting),
    hands: await openHands(ctx, sitting),
  };
}

/** The client is there, and is told what waits for it. */
export const heartbeat = ({ ctx, input }: { ctx: Ctx; input: { attemptId: string } }): Promise<Beat> =>
  asClient("sitting.heartbeat", ctx, async (inner) => {
    const sitting = await findSitting(inner, input.attemptId);
    const now = inner.clock.now();
    await execute(
      inner.tx,
      sql`update public.student_exam_attempt
          set last_seen_at = greatest(last_seen_at, ${now}),
              ip_address = coalesce(${ctx.address ?? null}, ip_address),
              user_agent = coalesce(${ctx.userAgent?.slice(0, 500) ?? null}, user_agent)
          where id = ${sitting.id}
            and college_id = ${sitting.college_id}
            and state in ('IN_PROGRESS', 'PAUSED', 'LOCKED')`,
    );
    return beatOf(inner, sitting);
  });
