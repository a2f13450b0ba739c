import { z } from "zod";
import { measure } from "~/access/measure.server.ts";
import type { Ctx, TxCtx } from "~/db/ctx.ts";
import { rows } from "~/db/query.ts";
import { withRetry } from "~/db/retry.ts";
import { withScope } from "~/db/scope.server.ts";
import { sql } from "~/db/sql.ts";
import type { Batch, Rejected } from "~/platform/event-batch.ts";
import { completeCourses } from "../progress/complete-courses.server.ts";
import { applyExercises } from "../progress/exercises.server.ts";
import { applyLessons } from "../progress/lessons.server.ts";
import { touchSessions } from "../progress/sessions.server.ts";
import { applyStories } from "../progress/stories.server.ts";
import { applyAnswers } from "../vocabulary/answers.server.ts";
import { knownSubjects, refusal } from "./known.server.ts";
import { isLearningType, parseLearning, type LearningEvent } from "./parse.ts";

export type LearningIngested = { accepted: number; duplicates: number; unknownTypes: number; rejected: Rejected[] };

/**
 * Events of one tenant's learners: each is kept once, and what is new moves lessons, courses, stories, words and sessions in
 * the same transaction. Row security holds: what belongs to another tenant does not exist.
 */
export function ingestLearning(
  ctx: Ctx,
  collegeId: string,
  body: { text: string; contentType: string },
): Promise<LearningIngested> {
  return measure("learning.ingest", ctx, async () => {
    const batch = parseLearning(body.text, body.contentType, ctx.clock.now());
    if (batch.events.length === 0) return { accepted: 0, duplicates: batch.repeated, unknownTypes: 0, rejected: batch.rejected };
    return withRetry("write", () => withScope(ctx, (inner) => take(inner, collegeId, batch)));
  });
}

async function take(ctx: TxCtx, collegeId: string, batch: Batch<LearningEvent>): Promise<LearningIngested> {
  const known = await knownSubjects(
    ctx,
    collegeId,
    batch.events.map(({ event }) => event),
  );
  const rejected = [...batch.rejected];
  const keep = (list: Batch<LearningEvent>["events"], why: (event: LearningEvent) => string | null) =>
    list.filter(({ index, event }) => {
      const reason = why(event);
      if (reason) rejected.push({ index, reason });
      return !reason;
    });
  const possible = keep(batch.events, (event) => refusal(event, known));
  const sessions = await touchSessions(
    ctx,
    collegeId,
    possible.map(({ event }) => event),
  );
  const taken = keep(possible, (event) =>
    event.sessionId && sessions.get(event.sessionId) !== event.userId ? "sessionId is of someone else" : null,
  );
  const fresh = await keepEvents(
    ctx,
    collegeId,
    taken.map(({ event }) => event),
  );
  const completed = await applyLessons(ctx, collegeId, fresh);
  await applyStories(ctx, collegeId, fresh);
  await applyAnswers(ctx, collegeId, fresh);
  await applyExercises(ctx, collegeId, fresh, known.answers);
  await completeCourses(ctx, collegeId, completed);
  rejected.sort((a, b) => a.index - b.index);
  return {
    accepted: fresh.length,
    duplicates: taken.length - fresh.length + batch.repeated,
    unknownTypes: taken.filter(({ event }) => !isLearningType(event.type)).length,
    rejected,
  };
}

/** What an event tells beside who and when, as it is kept. */
function dataOf({ lessonId, storyId, vocabularyId, exerciseId, percent, seconds, rating, correct, details }: LearningEvent) {
  const told = Object.entries({
    lessonId,
    storyId,
    vocabularyId,
    exerciseId,
    percent,
    seconds: seconds || null,
    rating,
    correct,
  });
  const data = Object.fromEntries(told.filter(([, value]) => value !== null));
  return JSON.stringify(details === null ? data : { ...data, details: JSON.parse(details) as unknown });
}

/** Those that were not known, in the order of their ids: two requests with the same events wait for each other. */
async function keepEvents(ctx: TxCtx, collegeId: string, events: LearningEvent[]): Promise<LearningEvent[]> {
  const sorted = [...events].sort((a, b) => (a.id < b.id ? -1 : 1));
  const now = ctx.clock.now();
  const inserted = await rows(
    ctx.tx,
    sql`insert into public.user_event (
          id, college_id, user_id, session_id, event_type, data, at, created_at, updated_at
        )
        select e.id, ${collegeId}::uuid, e.user_id, e.session_id, e.type, e.data, e.at, ${now}, ${now}
        from unnest(
          ${sorted.map((event) => event.id)}::uuid[], ${sorted.map((event) => event.userId)}::uuid[],
          ${sorted.map((event) => event.sessionId)}::uuid[], ${sorted.map((event) => event.type)}::text[],
          ${sorted.map(dataOf)}::jsonb[], ${sorted.map((event) => event.at.toISOString())}::timestamptz[]
        ) e (id, user_id, session_id, type, data, at)
        on conflict (id, college_id) do nothing
        returning id`,
    z.object({ id: z.string() }),
  );
  const fresh = new Set(inserted.map((row) => row.id));
  return events.filter((event) => fresh.has(event.id));
}
