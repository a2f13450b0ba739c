import { z } from "zod";
import { record } from "~/access/verb.server.ts";
import { execute } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { Invalid } from "~/platform/errors.ts";
import { newId } from "~/platform/ids.ts";
import type { CreateVerb } from "~/resources/creators.server.ts";
import { expandNow } from "./expand.server.ts";
import { wrongRule } from "./recurrence.ts";

const fields = z.object({
  title: z.string(),
  description: z.string().nullish(),
  type: z.string().nullish(),
  scheduledAt: z.date(),
  endDateTime: z.date().nullish(),
  priority: z.string().nullish(),
  recurrencePattern: z.string().nullish(),
  repeatsUntil: z.string().nullish(),
  class: z.string().nullish(),
  subject: z.string().nullish(),
  exam: z.string().nullish(),
  isActive: z.boolean().nullish(),
});

/** An event, or a series of them where it has a rule: then its occurrences of the next weeks are there at once. */
export async function createEvent({ ctx, collegeId, values }: Parameters<CreateVerb>[0]): Promise<string> {
  const event = fields.parse(values);
  const rule = event.recurrencePattern?.trim() || null;
  const wrong = rule && wrongRule(rule);
  if (wrong) throw new Invalid(wrong, { recurrencePattern: [wrong] });
  if (event.endDateTime && event.endDateTime <= event.scheduledAt)
    throw new Invalid("It must end after it starts", { endDateTime: ["It must end after it starts"] });
  if (event.repeatsUntil && !rule) {
    const says = "Enter a recurrence rule too, or leave this empty";
    throw new Invalid(says, { repeatsUntil: [says] });
  }
  const now = ctx.clock.now();
  const id = newId(now.getTime());
  await execute(
    ctx.tx,
    sql`insert into public.event (
          id, college_id, title, description, type, scheduled_at, end_date_time, priority, is_recurring,
          recurrence_pattern, repeats_until, class_id, subject_id, exam_id, is_active, created_at, updated_at
        )
        values (
          ${id}::uuid, ${collegeId}::uuid, ${event.title}, ${event.description ?? null}, ${event.type ?? "OTHER"},
          ${event.scheduledAt}, ${event.endDateTime ?? null}, ${event.priority ?? "MEDIUM"}, ${rule !== null}, ${rule},
          ${event.repeatsUntil ?? null}::date, ${event.class ?? null}::uuid, ${event.subject ?? null}::uuid,
          ${event.exam ?? null}::uuid, ${event.isActive ?? true}, ${now}, ${now}
        )`,
  );
  if (rule) await expandNow(ctx, id);
  await record(ctx, { action: "event.create", resource: "event", resourceId: id, collegeId, after: values });
  return id;
}
