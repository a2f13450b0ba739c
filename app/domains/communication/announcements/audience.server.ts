import { z } from "zod";
import type { TxCtx } from "~/db/ctx.ts";
import { firstRow } from "~/db/query.ts";
import { and, raw, sql, type Sql } from "~/db/sql.ts";
import { Invalid, NotFound } from "~/platform/errors.ts";
import { inClassesOf } from "../../academics/in-classes.ts";

const announcement = z.object({
  id: z.string(),
  college_id: z.string(),
  title: z.string(),
  body: z.string(),
  audience: z.enum(["ALL", "STUDENTS", "TEACHERS", "CLASS", "COURSE", "FILTER"]),
  class_id: z.string().nullable(),
  course_id: z.string().nullable(),
  filter_role: z.string().nullable(),
  filter_grade: z.string().nullable(),
  filter_section: z.string().nullable(),
  published_at: z.date().nullable(),
});
type Announcement = z.infer<typeof announcement>;

const COLUMNS = raw(Object.keys(announcement.shape).join(", "));

export async function findAnnouncement(ctx: TxCtx, id: string, lock = false): Promise<Announcement> {
  const news = await firstRow(
    ctx.tx,
    sql`select ${COLUMNS}
        from public.announcement
        where id = ${id}::uuid and deleted_at is null ${lock ? sql`for update` : sql``}`,
    announcement,
  );
  if (!news) throw new NotFound("Announcement not found");
  return news;
}

export const holdAnnouncement = (ctx: TxCtx, id: string) => findAnnouncement(ctx, id, true);

/** What its audience still lacks, in words; null where it says whom it is for. */
export function incomplete(news: Announcement): string | null {
  if (news.audience === "CLASS" && !news.class_id) return "Choose a class, or another audience";
  if (news.audience === "COURSE" && !news.course_id) return "Choose a course, or another audience";
  const filters = [news.filter_role, news.filter_grade, news.filter_section];
  if (news.audience === "FILTER" && !filters.some(Boolean))
    return "Enter a role, a grade or a section, or choose another audience";
  return null;
}

function chosen(news: Announcement): Sql {
  const wrong = incomplete(news);
  if (wrong) throw new Invalid(wrong);
  switch (news.audience) {
    case "ALL":
      return sql`true`;
    case "STUDENTS":
      return sql`u.role = 'STUDENT'`;
    case "TEACHERS":
      return sql`u.role in ('TEACHER', 'INSTRUCTOR')`;
    case "CLASS":
      return inClassesOf(news.college_id, { classId: news.class_id });
    case "COURSE":
      return inClassesOf(news.college_id, { courseId: news.course_id });
    case "FILTER":
      return and([
        ...(news.filter_role ? [sql`u.role = ${news.filter_role}`] : []),
        ...(news.filter_grade || news.filter_section
          ? [inClassesOf(news.college_id, { grade: news.filter_grade, section: news.filter_section })]
          : []),
      ]);
  }
}

/** Who gets an announcement, as a condition on `public."user" u`: the preview counts by it, and publishing sends by it. */
export const audienceOf = (news: Announcement): Sql =>
  sql`u.college_id = ${news.college_id}::uuid and u.deleted_at is null and u.is_active and ${chosen(news)}`;
