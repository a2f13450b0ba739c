import { systemCtx } from "~/access/ctx.server.ts";
import { ingestLearning } from "~/domains/learning/events/ingest.server.ts";
import { newId } from "~/platform/ids.ts";
import { between, pick, type Stage } from "./stage.server.ts";

type Step = { userId: string; lessonId: string; vocabularyId: string | null };
const OPEN_MS = 20 * 60_000;
/** Who learns now, and in which session. */
const sessions = new Map<string, { id: string; until: number }>();

function sessionOf(userId: string, now: number): { id: string; starts: boolean } {
  const known = sessions.get(userId);
  if (known && known.until > now) return { id: known.id, starts: false };
  if (sessions.size > 500) sessions.clear();
  const id = newId(now);
  sessions.set(userId, { id, until: now + OPEN_MS });
  return { id, starts: true };
}

/** The next lesson of someone who has begun a course, and a word that is due: read as the application's own role. */
async function nextStep(stage: Stage, tenant: { id: string; code: string }): Promise<Step | undefined> {
  const found = await stage.run({ collegeId: tenant.id, code: tenant.code }, (client) =>
    client.query<Step>({
      text: `with learner as (
               select p.id, p.user_id, p.course_id
               from public.course_progress p
               where p.college_id = $1 and p.progress_percent < 100
               order by random()
               limit 1
             )
             select learner.user_id as "userId", l.id as "lessonId",
               (select w.vocabulary_id
                from public.user_vocabulary_progress w
                where w.college_id = $1 and w.user_id = learner.user_id and w.next_review_on <= current_date
                order by w.next_review_on
                limit 1) as "vocabularyId"
             from learner
             join public.course_module m on m.college_id = $1 and m.course_id = learner.course_id
             join public.lesson l on l.college_id = $1 and l.module_id = m.id
             where not exists (
               select 1 from public.lesson_progress d
               where d.college_id = $1 and d.progress_id = learner.id and d.lesson_id = l.id and d.completed
             )
             order by m.order_index, l.order_index
             limit 1`,
      values: [tenant.id],
    }),
  );
  return found.rows[0];
}

/** A learner goes on with a lesson, and now and then answers a word; what their application sends goes through the ingest. */
export async function learn(stage: Stage): Promise<void> {
  const tenant = pick(stage.tenants);
  const step = tenant && (await nextStep(stage, tenant));
  if (!tenant || !step) return;
  const now = Date.now();
  const session = sessionOf(step.userId, now);
  const event = (type: string, fields: object) => ({
    id: newId(now),
    userId: step.userId,
    sessionId: session.id,
    type,
    at: new Date(now).toISOString(),
    ...fields,
  });
  const seconds = Math.round(between(20, 240));
  const events = [
    ...(session.starts ? [event("SESSION_STARTED", {})] : []),
    Math.random() < 0.15
      ? event("LESSON_COMPLETED", { lessonId: step.lessonId, seconds })
      : event("LESSON_PROGRESS", { lessonId: step.lessonId, seconds, percent: Math.round(between(5, 90)) }),
    ...(step.vocabularyId && Math.random() < 0.4
      ? [event("WORD_ANSWERED", { vocabularyId: step.vocabularyId, rating: pick(["AGAIN", "HARD", "GOOD", "GOOD", "EASY"]) })]
      : []),
  ];
  const ctx = { ...systemCtx("simulated learners"), scope: { kind: "tenants" as const, ids: [tenant.id] } };
  await ingestLearning(ctx, tenant.id, { text: JSON.stringify({ events }), contentType: "application/json" });
}
