import { z } from "zod";
import { mutation, record } from "~/access/verb.server.ts";
import { firstRow } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { Conflict, NotFound } from "~/platform/errors.ts";
import { applyAnswers } from "./answers.server.ts";
import { RATINGS } from "./schedule.ts";

/** An answer that someone heard in person; it sets the next review as one from the learner's application does. */
export const answerWord = mutation({
  name: "vocabulary.answer",
  permission: "platform.manage",
  input: z.object({
    userId: z.uuid(),
    vocabularyId: z.uuid("Choose a word"),
    rating: z.enum(RATINGS, "Choose how well it was known"),
  }),
  async run({ ctx, input }) {
    const pair = await firstRow(
      ctx.tx,
      sql`select u.college_id, v.word
          from public."user" u
          join public.vocabulary v on v.college_id = u.college_id and v.id = ${input.vocabularyId}::uuid
          where u.id = ${input.userId}::uuid and u.deleted_at is null`,
      z.object({ college_id: z.string(), word: z.string() }),
    );
    if (!pair) throw new NotFound("Person and word in one tenant of your scope not found");
    const [next] = await applyAnswers(ctx, pair.college_id, [{ ...input, at: ctx.clock.now() }]);
    if (!next) throw new Conflict("A later answer to this word is known already. Reload the page.");
    await record(ctx, {
      action: "vocabulary.answer",
      resource: "user",
      resourceId: input.userId,
      collegeId: pair.college_id,
      details: { word: pair.word, rating: input.rating, due: next.dueAt, mastery: next.masteryLevel },
    });
    return { word: pair.word, dueAt: next.dueAt };
  },
});
