import type { TxCtx } from "~/db/ctx.ts";
import { execute } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { newId } from "~/platform/ids.ts";
import type { ExamRow } from "../exam-row.server.ts";
import { noteEvent } from "./event.server.ts";

export type Audience = "EVERYONE" | "FILTER" | "SELECTION";

type Message = {
  id?: string;
  text: string;
  audience: Audience;
  filter?: string | null;
  userIds: readonly string[];
  answersHand?: string;
};

/** Writes a message and who gets it. The room is told in the same transaction; who is connected has it within a moment. */
export async function deliver(ctx: TxCtx, exam: ExamRow, message: Message): Promise<string> {
  const now = ctx.clock.now();
  const id = message.id ?? newId(now.getTime());
  await execute(
    ctx.tx,
    sql`insert into public.room_message (
          id, college_id, exam_id, text, audience, audience_filter, recipients, sent_by, sent_by_name, sent_at,
          updated_at
        )
        values (
          ${id}, ${exam.college_id}, ${exam.id}, ${message.text}, ${message.audience}, ${message.filter ?? null},
          ${message.userIds.length}, ${ctx.actor.id}, ${ctx.actor.name}, ${now}, ${now}
        )`,
  );
  await execute(
    ctx.tx,
    sql`insert into public.room_message_recipient (id, college_id, message_id, exam_id, user_id, updated_at)
        select public.invigil_uuid7(${now}), ${exam.college_id}, ${id}, ${exam.id}, u.id, ${now}
        from unnest(${message.userIds}::uuid[]) u (id)`,
  );
  await noteEvent(ctx, {
    exam,
    kind: "MESSAGE",
    details: {
      messageId: id,
      text: message.text,
      audience: message.audience,
      filter: message.filter ?? null,
      recipients: message.userIds.length,
      ...(message.answersHand ? { answersHand: message.answersHand } : {}),
    },
  });
  return id;
}
