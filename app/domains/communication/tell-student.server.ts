import { z } from "zod";
import type { TxCtx } from "~/db/ctx.ts";
import { execute, rows } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { newId } from "~/platform/ids.ts";

type Words = { type: string; title: string; message: string };

/** Sent a little later than written, so that an undo within ten seconds leaves nothing to take back. */
const TELL_AFTER_MS = 15_000;

/** Tells one student; the same key again says it anew. */
export async function tell(
  ctx: TxCtx,
  student: { college_id: string; user_id: string },
  said: Words & { key: string },
): Promise<void> {
  const now = ctx.clock.now();
  await execute(
    ctx.tx,
    sql`insert into public.notification (
          id, college_id, user_id, title, message, type, channel, status, dedupe_key, next_attempt_at
        )
        values (
          ${newId(now.getTime())}, ${student.college_id}, ${student.user_id}, ${said.title}, ${said.message},
          ${said.type}, 'IN_APP', 'PENDING', ${said.key}, ${new Date(now.getTime() + TELL_AFTER_MS)}
        )
        on conflict (college_id, dedupe_key) do update
        set title = excluded.title, message = excluded.message, status = 'PENDING',
            next_attempt_at = excluded.next_attempt_at`,
  );
}

/** Tells many students of one college the same; whoever was told by the same key before is not told again. */
export async function tellAll(
  ctx: TxCtx,
  collegeId: string,
  students: readonly { user_id: string; key: string }[],
  said: Words,
): Promise<void> {
  const now = ctx.clock.now();
  await execute(
    ctx.tx,
    sql`insert into public.notification
          (id, college_id, user_id, title, message, type, channel, status, dedupe_key, next_attempt_at)
        select public.invigil_uuid7(), ${collegeId}::uuid, v.user_id, ${said.title}, ${said.message}, ${said.type},
               'IN_APP', 'PENDING', v.key, ${now}
        from unnest(
          ${students.map((student) => student.user_id)}::uuid[],
          ${students.map((student) => student.key)}::text[]
        ) v (user_id, key)
        on conflict do nothing`,
  );
}

/** Takes back what nobody has been sent yet, and says which keys that were. */
export async function takeBack(ctx: TxCtx, keys: readonly { college_id: string; key: string }[]): Promise<Set<string>> {
  const gone = await rows(
    ctx.tx,
    sql`delete from public.notification n
        using unnest(
          ${keys.map((key) => key.college_id)}::uuid[],
          ${keys.map((key) => key.key)}::text[]
        ) v (college_id, key)
        where n.college_id = v.college_id and n.dedupe_key = v.key and n.status = 'PENDING'
        returning v.key`,
    z.object({ key: z.string() }),
  );
  return new Set(gone.map((row) => row.key));
}
