import type { TxCtx } from "~/db/ctx.ts";
import { execute } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { newId } from "~/platform/ids.ts";

/** What verbs note by themselves; that attempts begin, end and change their time, the database notes whoever does it. */
export type NotedKind = "MESSAGE" | "RAISED" | "LOWERED" | "ANSWERED" | "DISMISSED" | "HANDOVER";

type Noted = {
  exam: { id: string; college_id: string };
  kind: NotedKind;
  attemptId?: string | null;
  details?: Record<string, unknown>;
};

/** Part of the room's minutes, and what boards and students' clients are told: in the transaction that did it. */
export async function noteEvent(ctx: TxCtx, noted: Noted): Promise<void> {
  const staff = ctx.actor.kind === "staff" ? ctx.actor : null;
  await execute(
    ctx.tx,
    sql`insert into public.room_event (id, college_id, exam_id, attempt_id, kind, actor_id, actor_name, details, at)
        values (
          ${newId()}, ${noted.exam.college_id}, ${noted.exam.id}, ${noted.attemptId ?? null}, ${noted.kind},
          ${staff?.id ?? null}, ${staff?.name ?? null}, ${JSON.stringify(noted.details ?? {})}::jsonb,
          clock_timestamp()
        )`,
  );
}
