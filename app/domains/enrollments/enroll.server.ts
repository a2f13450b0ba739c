import { z } from "zod";
import { mutation, record } from "~/access/verb.server.ts";
import type { TxCtx } from "~/db/ctx.ts";
import { execute, one } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { Conflict, Invalid, NotFound } from "~/platform/errors.ts";
import { newId } from "~/platform/ids.ts";

const classRow = z.object({
  id: z.string(),
  college_id: z.string(),
  name: z.string(),
  capacity: z.number().nullable(),
  status: z.string(),
});

/** The class row is the queue for its places: whoever holds it counts, the others wait and see the new count. */
export async function lockPlace(ctx: TxCtx, classId: string): Promise<z.infer<typeof classRow>> {
  const found = await one(
    ctx.tx,
    sql`select id, college_id, name, capacity, status from public."class" where id = ${classId}::uuid and deleted_at is null for update`,
    classRow,
  );
  if (!found) throw new NotFound("There is no such class in your scope");
  if (found.status === "FINISHED" || found.status === "CANCELLED")
    throw new Conflict(`${found.name} takes no more students: it is ${found.status.toLowerCase()}`);
  if (found.capacity !== null) {
    const taken = await one(
      ctx.tx,
      sql`select count(*)::int as n from public.enrollment where college_id = ${found.college_id}::uuid and class_id = ${classId}::uuid and status = 'ACTIVE'`,
      z.object({ n: z.number() }),
    );
    if (taken!.n >= found.capacity)
      throw new Conflict(`${found.name} is full: ${found.capacity} of ${found.capacity} places are taken`);
  }
  return found;
}

export async function enrollIn(
  ctx: TxCtx,
  place: z.infer<typeof classRow>,
  userId: string,
  amountMinor: number,
  currency: string,
): Promise<string> {
  const student = await one(
    ctx.tx,
    sql`select role, is_active from public."user" where id = ${userId}::uuid and college_id = ${place.college_id}::uuid and deleted_at is null`,
    z.object({ role: z.string(), is_active: z.boolean() }),
  );
  if (!student)
    throw new Invalid("There is no such student in this tenant", { user: ["There is no such student in this tenant"] });
  if (student.role !== "STUDENT")
    throw new Invalid("Only students are enrolled; teachers are assigned", { user: ["This person is not a student"] });
  const id = newId(ctx.clock.now().getTime());
  await execute(
    ctx.tx,
    sql`insert into public.enrollment (id, college_id, user_id, class_id, amount_minor, currency, enrolled_at) values (${id}, ${place.college_id}::uuid, ${userId}::uuid, ${place.id}::uuid, ${amountMinor}, ${currency}, ${ctx.clock.now()})`,
  );
  await record(ctx, {
    action: "enrollment.create",
    resource: "enrollment",
    resourceId: id,
    collegeId: place.college_id,
    after: { user: userId, class: place.id, amountMinor },
  });
  return id;
}

/** One student into one class: capacity under the class's lock, the same student twice refused by the unique key. */
export const enroll = mutation({
  name: "enrollments.enroll",
  permission: "platform.manage",
  input: z.object({
    userId: z.uuid("Choose a student"),
    classId: z.uuid("Choose a class"),
    amountMinor: z.number().int().min(0).default(0),
    currency: z.string().length(3).default("USD"),
  }),
  async run({ ctx, input }) {
    const place = await lockPlace(ctx, input.classId);
    try {
      return { id: await enrollIn(ctx, place, input.userId, input.amountMinor, input.currency) };
    } catch (error) {
      if ((error as { code?: string }).code === "23505") throw new Conflict("This student is enrolled in this class already");
      throw error;
    }
  },
});
