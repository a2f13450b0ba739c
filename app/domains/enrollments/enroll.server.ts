import { z } from "zod";
import { record } from "~/access/verb.server.ts";
import type { TxCtx } from "~/db/ctx.ts";
import { execute, firstRow } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { Conflict, Invalid, NotFound } from "~/platform/errors.ts";
import { newId } from "~/platform/ids.ts";
import type { CreateVerb } from "~/resources/creators.server.ts";

const classRow = z.object({
  id: z.string(),
  college_id: z.string(),
  name: z.string(),
  capacity: z.number().nullable(),
  status: z.string(),
  currency: z.string(),
});

/** The class row is the queue for its places: whoever holds it counts, the others wait and see the new count. */
export async function lockPlace(ctx: TxCtx, classId: string): Promise<z.infer<typeof classRow>> {
  const found = await firstRow(
    ctx.tx,
    sql`select k.id, k.college_id, k.name, k.capacity, k.status, c.currency
        from public."class" k
          join public.college c on c.id = k.college_id
        where k.id = ${classId}::uuid and k.deleted_at is null
        for update of k`,
    classRow,
  );
  if (!found) throw new NotFound("Class not found");
  if (found.status === "FINISHED" || found.status === "CANCELLED")
    throw new Conflict(`${found.name} accepts no more students: it is ${found.status.toLowerCase()}`);
  if (found.capacity !== null) {
    const taken = await firstRow(
      ctx.tx,
      sql`select count(*)::int as n
          from public.enrollment
          where college_id = ${found.college_id}::uuid and class_id = ${classId}::uuid and status = 'ACTIVE'`,
      z.object({ n: z.number() }),
    );
    if (taken!.n >= found.capacity) throw new Conflict(`${found.name} is full (${found.capacity} of ${found.capacity})`);
  }
  return found;
}

/** In the currency of its college, and nothing is owed where it is free; the same student twice is refused by the unique key. */
export async function enrollIn(
  ctx: TxCtx,
  place: z.infer<typeof classRow>,
  userId: string,
  amountMinor: number,
  expiresAt: Date | null = null,
): Promise<string> {
  const student = await firstRow(
    ctx.tx,
    sql`select role, is_active
        from public."user"
        where id = ${userId}::uuid and college_id = ${place.college_id}::uuid and deleted_at is null`,
    z.object({ role: z.string(), is_active: z.boolean() }),
  );
  if (!student) throw new Invalid("This tenant has no such student", { user: ["This tenant has no such student"] });
  if (student.role !== "STUDENT")
    throw new Invalid("Only students are enrolled; teachers are assigned", { user: ["This person is not a student"] });
  const now = ctx.clock.now();
  const id = newId(now.getTime());
  const paymentStatus = amountMinor === 0 ? "COMPLETED" : "PENDING";
  try {
    await execute(
      ctx.tx,
      sql`insert into public.enrollment (
            id, college_id, user_id, class_id, amount_minor, currency, payment_status, enrolled_at, expires_at
          )
          values (
            ${id}, ${place.college_id}::uuid, ${userId}::uuid, ${place.id}::uuid, ${amountMinor}, ${place.currency},
            ${paymentStatus}, ${now}, ${expiresAt}
          )`,
    );
  } catch (error) {
    if ((error as { code?: string }).code === "23505") throw new Conflict("This student is already enrolled in this class");
    throw error;
  }
  await record(ctx, {
    action: "enrollment.create",
    resource: "enrollment",
    resourceId: id,
    collegeId: place.college_id,
    after: { user: userId, class: place.id, amountMinor, paymentStatus, expiresAt },
  });
  return id;
}

const enrollmentFields = z.object({
  user: z.string(),
  class: z.string(),
  amountMinor: z.number().nullish(),
  expiresAt: z.date().nullish(),
});

/** An enrollment as a form or an import line says it: the same rules as on the enroll page. */
export async function createEnrollment({ ctx, values }: Parameters<CreateVerb>[0]): Promise<string> {
  const fields = enrollmentFields.parse(values);
  const place = await lockPlace(ctx, fields.class);
  return enrollIn(ctx, place, fields.user, fields.amountMinor ?? 0, fields.expiresAt ?? null);
}
