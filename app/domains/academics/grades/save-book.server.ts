import { z } from "zod";
import { mutation, record } from "~/access/verb.server.ts";
import type { TxCtx } from "~/db/ctx.ts";
import { execute, firstRow } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { Conflict, Invalid, NotFound, type FieldErrors } from "~/platform/errors.ts";
import { newId } from "~/platform/ids.ts";
import { gradesIn, studentsOf, type Book } from "./cells.server.ts";
import { readScore, writtenScore } from "./score.ts";

const cell = z.object({
  userId: z.uuid(),
  component: z.string().trim().min(1, "Enter what the column is for").max(60, "At most 60 characters"),
  date: z.iso.date("Enter the day of the column"),
  /** As it was typed. Empty: no grade. */
  score: z.string().max(20, "Too long"),
  /** What whoever enters it had in front of them; empty where there was no grade. */
  version: z.string(),
  /** The form's name of the cell: a refusal stands beside it. */
  field: z.string().max(200),
});
type Cell = z.output<typeof cell>;
type Grade = Awaited<ReturnType<typeof gradesIn>>[number];

/** The class, held: two who save its grades wait for each other. Subject and semester must be of its tenant. */
async function holdBook(ctx: TxCtx, book: Book): Promise<string> {
  const found = await firstRow(
    ctx.tx,
    sql`select k.college_id,
               exists (
                 select 1 from public.subject s where s.id = ${book.subjectId}::uuid and s.college_id = k.college_id
               ) as subject,
               exists (
                 select 1 from public.semester m where m.id = ${book.semesterId}::uuid and m.college_id = k.college_id
               ) as semester
        from public."class" k
        where k.id = ${book.classId}::uuid and k.deleted_at is null
        for no key update of k`,
    z.object({ college_id: z.string(), subject: z.boolean(), semester: z.boolean() }),
  );
  if (!found) throw new NotFound("Class not found");
  if (!found.subject) throw new Invalid("Choose a subject of this tenant", { subject: ["Choose a subject of this tenant"] });
  if (!found.semester) throw new Invalid("Choose a semester of this tenant", { semester: ["Choose a semester of this tenant"] });
  return found.college_id;
}

function scoresOf(cells: readonly Cell[], names: ReadonlyMap<string, string>): (number | null)[] {
  const errors: FieldErrors = {};
  let first = "";
  const scores = cells.map(({ score, field, userId, component }) => {
    const found = readScore(score);
    if ("score" in found) return found.score;
    errors[field] = [found.wrong];
    first ||= `${names.get(userId) ?? ""}, ${component}: ${found.wrong.charAt(0).toLowerCase()}${found.wrong.slice(1)}`;
    return null;
  });
  if (first) throw new Invalid(first, errors);
  return scores;
}

async function write(ctx: TxCtx, collegeId: string, book: Book, wanted: Cell, score: number | null): Promise<void> {
  await execute(
    ctx.tx,
    score === null
      ? sql`delete from public.grade
            where college_id = ${collegeId}::uuid
              and class_id = ${book.classId}::uuid
              and subject_id = ${book.subjectId}::uuid
              and semester_id = ${book.semesterId}::uuid
              and user_id = ${wanted.userId}::uuid
              and component = ${wanted.component}`
      : sql`insert into public.grade (
              id, college_id, user_id, class_id, subject_id, semester_id, component, grade_date, score, updated_at
            )
            values (
              ${newId()}, ${collegeId}::uuid, ${wanted.userId}::uuid, ${book.classId}::uuid, ${book.subjectId}::uuid,
              ${book.semesterId}::uuid, ${wanted.component}, ${wanted.date}::date, ${score}, clock_timestamp()
            )
            on conflict (college_id, class_id, subject_id, semester_id, user_id, component) where component is not null
            do update
            set score = excluded.score, grade_date = excluded.grade_date, last_edit_at = clock_timestamp(),
                updated_at = clock_timestamp()`,
  );
}

/** One save of what was changed in a grade book: all of it, or nothing where somebody else changed one of these grades. */
export const saveGradeBook = mutation({
  name: "grades.save",
  permission: "platform.manage",
  input: z.object({
    classId: z.uuid(),
    subjectId: z.uuid("Choose a subject"),
    semesterId: z.uuid("Choose a semester"),
    cells: z.array(cell).min(1, "Nothing was changed").max(2000, "Too many grades at once"),
  }),
  async run({ ctx, input: { cells, ...book } }) {
    const collegeId = await holdBook(ctx, book);
    const names = new Map((await studentsOf(ctx, book)).map((student) => [student.id, student.name]));
    if (cells.some(({ userId }) => !names.has(userId))) throw new Invalid("Somebody here is not in this class. Reload the page.");
    const scores = scoresOf(cells, names);
    const grades = await gradesIn(ctx, book);
    const now = ({ userId, component }: Cell): Grade | undefined =>
      grades.find((grade) => grade.user_id === userId && grade.component === component);
    const changed = cells
      .map((wanted, index) => ({ wanted, score: scores[index]!, grade: now(wanted) }))
      .filter(({ score, grade, wanted }) => score !== (grade?.score ?? null) || (grade && grade.grade_date !== wanted.date));
    const conflicts = changed.filter(({ wanted, grade }) => (grade?.version ?? "") !== wanted.version);
    if (conflicts.length > 0) {
      const says = conflicts
        .slice(0, 5)
        .map(
          ({ wanted, grade }) =>
            `${names.get(wanted.userId)}, ${wanted.component}: ${writtenScore(grade?.score ?? null) || "cleared"}`,
        );
      throw new Conflict(`Somebody else changed these grades. ${says.join("; ")}. Reload, then enter yours again.`);
    }
    for (const { wanted, score } of changed) await write(ctx, collegeId, book, wanted, score);
    await record(ctx, {
      action: "grades.save",
      resource: "class",
      resourceId: book.classId,
      collegeId,
      details: {
        subject: book.subjectId,
        semester: book.semesterId,
        grades: changed.map(({ wanted, score, grade }) => ({
          user: wanted.userId,
          component: wanted.component,
          from: grade?.score ?? null,
          to: score,
        })),
      },
    });
    return { saved: changed.length };
  },
});
