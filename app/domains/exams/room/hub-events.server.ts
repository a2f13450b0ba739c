import { z } from "zod";
import { systemCtx } from "~/access/ctx.server.ts";
import { execute, rows } from "~/db/query.ts";
import { withScope } from "~/db/scope.server.ts";
import { sql, type Sql } from "~/db/sql.ts";

const hubEvent = z.object({
  seq: z.number(),
  exam_id: z.string(),
  college_id: z.string(),
  attempt_id: z.string().nullable(),
  kind: z.string(),
  actor_name: z.string().nullable(),
  details: z.record(z.string(), z.unknown()),
  at: z.date(),
  /** Of a message: whose it is. */
  user_ids: z.array(z.string()).nullable(),
});
export type HubEvent = z.infer<typeof hubEvent>;

/** Of every tenant: each stream was let in by its own permission, and is given only what is its own. */
const select = (where: Sql, limit: number) =>
  withScope(systemCtx("room hub"), (ctx) =>
    rows(
      ctx.tx,
      sql`select e.seq, e.exam_id, e.college_id, e.attempt_id, e.kind, e.actor_name, e.details, e.at,
                 case when e.kind = 'MESSAGE' then array(
                   select r.user_id::text
                   from public.room_message_recipient r
                   where r.message_id = (e.details ->> 'messageId')::uuid and r.college_id = e.college_id
                 ) end as user_ids
          from public.room_event e
          where ${where}
          order by e.seq
          limit ${limit}`,
      hubEvent,
    ),
  );

/** What notifications named, in one query however many streams wait for it. */
export const eventsNumbered = (seqs: readonly number[]) => select(sql`e.seq = any(${seqs}::bigint[])`, seqs.length);

export type Followed = { examId: string; collegeId: string };

/** What these rooms noted since a moment: what was missed while nobody listened. */
export const eventsSince = (exams: readonly Followed[], since: Date) =>
  select(
    sql`e.college_id = any(${[...new Set(exams.map((exam) => exam.collegeId))]}::uuid[])
        and e.exam_id = any(${exams.map((exam) => exam.examId)}::uuid[]) and e.at > ${since}`,
    50_000,
  );

/** What one room noted after a number: where a client that comes back goes on. */
export const eventsAfter = (exam: Followed, seq: number, limit: number) =>
  select(sql`e.college_id = ${exam.collegeId} and e.exam_id = ${exam.examId} and e.seq > ${seq}`, limit);

/** Messages that were handed to open streams just now. */
export const markDelivered = (told: readonly { collegeId: string; messageId: string; userId: string }[], at: Date) =>
  withScope(systemCtx("room hub"), (ctx) =>
    execute(
      ctx.tx,
      sql`update public.room_message_recipient r
          set delivered_at = ${at}, updated_at = ${at}
          from unnest(
            ${told.map((row) => row.collegeId)}::uuid[], ${told.map((row) => row.messageId)}::uuid[],
            ${told.map((row) => row.userId)}::uuid[]
          ) v (college_id, message_id, user_id)
          where r.college_id = v.college_id
            and r.message_id = v.message_id
            and r.user_id = v.user_id
            and r.delivered_at is null`,
    ),
  );
