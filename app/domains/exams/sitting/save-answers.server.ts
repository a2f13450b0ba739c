import { z } from "zod";
import type { Ctx, TxCtx } from "~/db/ctx.ts";
import { execute, rows } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { Conflict } from "~/platform/errors.ts";
import { newId } from "~/platform/ids.ts";
import { tellProgress } from "../room/progress.server.ts";
import { asClient, findSitting, standingOf, type Sitting } from "./sitting.server.ts";

/** What was sent in time may arrive this much later: the exam's clock waits as long before it ends an attempt. */
const GRACE_MS = 30_000;
/** What was written before a pause and was under way when it began. */
const UNDER_WAY_MS = 60_000;

export const answersInput = z.object({
  answers: z
    .array(
      z.object({
        questionId: z.uuid("questionId is not an id"),
        optionId: z.uuid("optionId is not an id").nullish(),
        /** Where several may be chosen: all that are chosen now. */
        optionIds: z.array(z.uuid("optionIds holds what is not an id")).max(20, "At most 20 options").nullish(),
        text: z.string().max(20_000, "An answer has at most 20,000 characters").nullish(),
        /** When the student gave it, by the server's clock as the client knows it. */
        at: z.iso.datetime({ offset: true, message: "at is not a time, for example 2026-11-29T09:00:00.000Z" }),
      }),
    )
    .min(1, "Send at least one answer")
    .max(200, "At most 200 answers at once"),
});

type Answer = { questionId: string; optionId: string | null; optionIds: string[] | null; text: string | null; at: Date };

/** Each question once, with what was given last: a queue that was kept offline may hold several. */
function latest(answers: z.output<typeof answersInput>["answers"], now: Date): Answer[] {
  const found = new Map<string, Answer>();
  for (const answer of answers) {
    // A client whose clock is ahead must not shut out what it sends later.
    const at = new Date(Math.min(new Date(answer.at).getTime(), now.getTime()));
    const known = found.get(answer.questionId);
    if (!known || known.at <= at)
      found.set(answer.questionId, {
        questionId: answer.questionId,
        optionId: answer.optionId ?? null,
        optionIds: answer.optionIds ? [...new Set(answer.optionIds)].sort() : null,
        text: answer.text ?? null,
        at,
      });
  }
  return [...found.values()].sort((a, b) => (a.questionId < b.questionId ? -1 : 1));
}

const clock = (at: Date) => `${at.toISOString().slice(11, 16)} UTC`;

/** Throws where nothing can be saved any more, or not now; otherwise the moment until which answers count. */
function countsUntil(sitting: Sitting, now: Date): Date {
  const deadline = sitting.deadline_at;
  switch (sitting.state) {
    case "IN_PROGRESS":
      if (now.getTime() > deadline.getTime() + GRACE_MS)
        throw new Conflict(`Time was up at ${clock(deadline)}. These answers were not saved`, { code: "expired" });
      return deadline;
    case "PAUSED":
    case "LOCKED":
      if (sitting.paused_at && now.getTime() - sitting.paused_at.getTime() <= UNDER_WAY_MS) return sitting.paused_at;
      throw new Conflict("This attempt is paused. Keep the answers and send them again once it is resumed", { code: "paused" });
    case "EXPIRED":
      throw new Conflict(`Time was up at ${clock(deadline)}. These answers were not saved`, { code: "expired" });
    default:
      throw new Conflict("This attempt has been submitted. These answers were not saved", { code: "ended" });
  }
}

async function write(ctx: TxCtx, sitting: Sitting, answers: readonly Answer[]): Promise<Set<string>> {
  const now = ctx.clock.now();
  // An option of another question, or a question of another exam, finds nothing to join: it is named as rejected.
  const known = await rows(
    ctx.tx,
    sql`with given as (
          select * from unnest(
            ${answers.map(() => newId(now.getTime()))}::uuid[], ${answers.map((answer) => answer.questionId)}::uuid[],
            ${answers.map((answer) => answer.optionId)}::uuid[], ${answers.map((answer) => answer.text)}::text[],
            ${answers.map((answer) => answer.at.toISOString())}::timestamptz[],
            ${answers.map(({ optionIds }) => optionIds && `{${optionIds.join(",")}}`)}::text[]
          ) v (id, question_id, option_id, answer_text, at, options)
        ),
        fitting as (
          select v.*, v.options::uuid[] as option_ids
          from given v
            join public.question q
              on q.id = v.question_id and q.college_id = ${sitting.college_id} and q.exam_id = ${sitting.exam_id}
            left join public.question_option o
              on o.id = v.option_id and o.college_id = q.college_id and o.question_id = q.id
          where (v.option_id is null or (o.id is not null and q.type <> 'MULTIPLE_ANSWERS'))
            and (v.options is null or q.type = 'MULTIPLE_ANSWERS')
            and not exists (
              select 1
              from unnest(v.options::uuid[]) as x (id)
              where not exists (
                select 1
                from public.question_option p
                where p.id = x.id and p.college_id = q.college_id and p.question_id = q.id
              )
            )
        ),
        kept as (
          insert into public.student_answer as s
            (
              id, college_id, attempt_id, question_id, selected_option_id, selected_options, answer_text, answered_at,
              updated_at
            )
          select f.id, ${sitting.college_id}, ${sitting.id}, f.question_id, f.option_id, f.option_ids,
                 f.answer_text, f.at, ${now}
          from fitting f
          on conflict (college_id, attempt_id, question_id) do update
          set selected_option_id = excluded.selected_option_id, selected_options = excluded.selected_options,
              answer_text = excluded.answer_text,
              answered_at = excluded.answered_at, revisions = s.revisions + 1, updated_at = excluded.updated_at
          -- An older one that comes late, or the same one once more, changes nothing.
          where excluded.answered_at > s.answered_at
        )
        select question_id from fitting`,
    z.object({ question_id: z.string() }),
  );
  return new Set(known.map((row) => row.question_id));
}

/** Saves answers once, however often they are sent. What an older version would overwrite is left as it is. */
export const saveAnswers = ({ ctx, input }: { ctx: Ctx; input: { attemptId: string } & z.output<typeof answersInput> }) =>
  asClient("sitting.save_answers", ctx, async (inner) => {
    // Whoever ends or pauses the attempt waits for this, or was first and is seen here.
    const sitting = await findSitting(inner, input.attemptId, true);
    const now = inner.clock.now();
    const until = countsUntil(sitting, now);
    const answers = latest(input.answers, now);
    const late = answers.filter((answer) => answer.at > until);
    const saved = await write(
      inner,
      sitting,
      answers.filter((answer) => answer.at <= until),
    );
    await execute(
      inner.tx,
      sql`update public.student_exam_attempt
          set last_seen_at = greatest(last_seen_at, ${now}), updated_at = ${now},
              answered_count = (
                select count(*) from public.student_answer s
                where s.attempt_id = ${sitting.id} and s.college_id = ${sitting.college_id}
                  and (s.selected_option_id is not null or cardinality(s.selected_options) > 0 or s.answer_text <> '')
              )
          where id = ${sitting.id} and college_id = ${sitting.college_id}`,
    );
    await tellProgress(inner, sitting.exam_id);
    const rejected = answers
      .filter((answer) => !saved.has(answer.questionId))
      .map((answer) => ({
        questionId: answer.questionId,
        reason: late.includes(answer)
          ? sitting.paused_at
            ? "Given while the attempt was paused. Send it again once it is resumed"
            : `Given after time was up at ${clock(until)}`
          : "No such question in this paper, or no such option of it",
        retry: late.includes(answer) && sitting.paused_at !== null,
      }));
    return { saved: [...saved], rejected, ...standingOf(sitting, now) };
  });
