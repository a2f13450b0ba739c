import { z } from "zod";
import { mutation, record } from "~/access/verb.server.ts";
import type { TxCtx } from "~/db/ctx.ts";
import { execute, firstRow } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { Conflict, Invalid } from "~/platform/errors.ts";
import { newId } from "~/platform/ids.ts";
import { classOnDay, marksOn, rosterOn } from "./day.server.ts";
import { dayPartOf, LABEL_OF, SESSIONS, STATUSES } from "./marks.ts";

const cell = z.object({
  userId: z.uuid(),
  session: z.enum(SESSIONS),
  /** Empty: no mark. */
  status: z.enum(STATUSES).or(z.literal("")),
  reason: z.string().trim().max(500, "At most 500 characters").default(""),
  /** What whoever enters it had in front of them; empty where there was no mark. */
  version: z.string(),
});
type Cell = z.output<typeof cell>;
type Mark = Awaited<ReturnType<typeof marksOn>>[number];

const same = (mark: Mark | undefined, wanted: Cell) =>
  wanted.status === "" ? !mark : mark?.status === wanted.status && mark.reason === wanted.reason;

function conflictOf(mark: Mark | undefined, wanted: Cell, name: string): string | null {
  if ((mark?.version ?? "") === wanted.version) return null;
  const by = mark?.recorded_by ? ` by ${mark.recorded_by}` : "";
  return `${name}, ${wanted.session}: ${mark ? `${LABEL_OF[mark.status].toLowerCase()}${by}` : "cleared"} in the meantime`;
}

const semesterOf = (ctx: TxCtx, collegeId: string, date: string) =>
  firstRow(
    ctx.tx,
    sql`select id
        from public.semester
        where college_id = ${collegeId}::uuid and starts_on <= ${date}::date and ends_on >= ${date}::date
        order by starts_on desc
        limit 1`,
    z.object({ id: z.string() }),
  );

/** One save of what was changed in a class's day: all of it, or nothing where somebody else changed one of these marks. */
export const saveRegister = mutation({
  name: "attendance.save",
  permission: "platform.manage",
  input: z.object({
    classId: z.uuid(),
    date: z.iso.date("Choose a day"),
    cells: z.array(cell).min(1, "Nothing was changed").max(1000, "Too many marks at once"),
  }),
  async run({ ctx, input: { classId, date, cells } }) {
    const found = await classOnDay(ctx, classId, date);
    if ((found.starts_on && date < found.starts_on) || (found.ends_on && date > found.ends_on))
      throw new Invalid(`${found.name} has no lessons on ${date}`, { date: ["Outside of the class's dates"] });
    // Two who save the same class wait for each other; classes do not.
    await execute(ctx.tx, sql`select from public."class" where id = ${classId}::uuid for no key update`);
    const marks = await marksOn(ctx, classId, date);
    const roster = new Map((await rosterOn(ctx, classId, date, found.time_zone)).map((student) => [student.id, student.name]));
    for (const mark of marks) roster.set(mark.user_id, mark.name);
    if (cells.some(({ userId }) => !roster.has(userId))) throw new Invalid(`Somebody here was not in ${found.name} on ${date}`);

    const now = (userId: string, session: string) => marks.find((mark) => mark.user_id === userId && mark.session === session);
    const changed = cells.filter((wanted) => !same(now(wanted.userId, wanted.session), wanted));
    const conflicts = changed.flatMap(
      (wanted) => conflictOf(now(wanted.userId, wanted.session), wanted, roster.get(wanted.userId)!) ?? [],
    );
    if (conflicts.length > 0)
      throw new Conflict(
        `Somebody else changed this register. ${conflicts.slice(0, 5).join("; ")}. Reload, then enter yours again.`,
      );
    const parts = new Set([...marks, ...changed].map(({ session }) => dayPartOf(session)));
    if (parts.size > 1) throw new Conflict("This day is entered in halves already, or as a whole. Reload the page.");

    const semester = await semesterOf(ctx, found.college_id, date);
    for (const { userId, session, status, reason } of changed)
      await execute(
        ctx.tx,
        status === ""
          ? sql`delete from public.attendance
                where class_id = ${classId}::uuid
                  and user_id = ${userId}::uuid
                  and date = ${date}::date
                  and session = ${session}`
          : sql`insert into public.attendance (
                  id, college_id, user_id, class_id, date, session, status, reason, recorded_by, semester_id,
                  school_year_id, updated_at
                )
                values (
                  ${newId()}, ${found.college_id}::uuid, ${userId}::uuid, ${classId}::uuid, ${date}::date, ${session},
                  ${status}, ${reason || null}, ${ctx.actor.name}, ${semester?.id ?? null}::uuid,
                  ${found.school_year_id}::uuid, clock_timestamp()
                )
                on conflict (college_id, user_id, class_id, date, session) do update
                set status = excluded.status, reason = excluded.reason, recorded_by = excluded.recorded_by,
                    updated_at = clock_timestamp()`,
      );
    await record(ctx, {
      action: "attendance.save",
      resource: "class",
      resourceId: classId,
      collegeId: found.college_id,
      details: {
        date,
        marks: changed.map(({ userId, session, status }) => ({
          user: userId,
          session,
          from: now(userId, session)?.status ?? null,
          to: status || null,
        })),
      },
    });
    return { saved: changed.length };
  },
});
