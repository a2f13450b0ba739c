import { z } from "zod";
import type { TxCtx } from "~/db/ctx.ts";
import { firstRow, rows } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { Invalid, NotFound } from "~/platform/errors.ts";
import { dayIn } from "~/platform/zone.ts";
import { SESSIONS, STATUSES } from "./marks.ts";

/** The class, and whether this is a day on which a register can be taken: today where the college is, or before. */
export async function classOnDay(ctx: TxCtx, classId: string, date: string) {
  const found = await firstRow(
    ctx.tx,
    sql`select k.id, k.college_id, k.name, k.school_year_id, k.starts_on::text as starts_on, k.ends_on::text as ends_on,
               c.time_zone
        from public."class" k
          join public.college c on c.id = k.college_id
        where k.id = ${classId}::uuid and k.deleted_at is null`,
    z.object({
      id: z.string(),
      college_id: z.string(),
      name: z.string(),
      school_year_id: z.string().nullable(),
      starts_on: z.string().nullable(),
      ends_on: z.string().nullable(),
      time_zone: z.string(),
    }),
  );
  if (!found) throw new NotFound("Class not found");
  const today = dayIn(ctx.clock.now(), found.time_zone);
  if (date > today)
    throw new Invalid("This day is in the future. Choose today or an earlier day.", { date: ["Not in the future"] });
  return { ...found, today };
}

/** Who was in the class on a day: enrolled by then, and not dropped before. */
export const rosterOn = (ctx: TxCtx, classId: string, date: string, zone: string) =>
  rows(
    ctx.tx,
    sql`select u.id, u.name, u.roll_no
        from public.enrollment e
          join public."user" u on u.id = e.user_id and u.college_id = e.college_id
        where e.class_id = ${classId}::uuid
          and u.deleted_at is null
          and (e.status = 'ACTIVE'
            or e.status = 'COMPLETED'
            or (e.status = 'DROPPED' and e.drop_date >= ${date}::date))
          and (e.enrolled_at at time zone ${zone})::date <= ${date}::date
        order by u.name, u.id
        limit 500`,
    z.object({ id: z.string(), name: z.string(), roll_no: z.string().nullable() }),
  );

/** The marks of a class on a day. `version` changes with each write. */
export const marksOn = (ctx: TxCtx, classId: string, date: string) =>
  rows(
    ctx.tx,
    sql`select a.id, a.user_id, u.name, a.session, a.status, coalesce(a.reason, '') as reason, a.recorded_by,
               a.updated_at::text as version
        from public.attendance a
          join public."user" u on u.id = a.user_id and u.college_id = a.college_id
        where a.class_id = ${classId}::uuid and a.date = ${date}::date
        order by u.name, u.id
        limit 1500`,
    z.object({
      id: z.string(),
      user_id: z.string(),
      name: z.string(),
      session: z.enum(SESSIONS),
      status: z.enum(STATUSES),
      reason: z.string(),
      recorded_by: z.string().nullable(),
      version: z.string(),
    }),
  );
