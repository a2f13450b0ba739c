import { z } from "zod";
import { read, record } from "~/access/verb.server.ts";
import { rows } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { Conflict } from "~/platform/errors.ts";
import { decimal, exactTime, plural } from "~/platform/format.ts";
import { printPdf, type Print } from "~/platform/pdf.server.ts";
import { findExam } from "../exam-row.server.ts";

const MOST = 3000;

const resultRow = z.object({
  name: z.string(),
  roll_no: z.string().nullable(),
  score: z.number(),
  total_marks: z.number(),
  percentage: z.number(),
  grade: z.string().nullable(),
  passed: z.boolean(),
  withheld: z.boolean(),
});
type Result = z.infer<typeof resultRow>;

const hundredths = (value: number) => decimal(value / 100, 2);

/** What was reached; of a result that is withheld no more than that it is. */
const lineOf = (result: Result): string => {
  const who = `${result.name}${result.roll_no ? ` (${result.roll_no})` : ""}`;
  if (result.withheld) return `${who}: withheld`;
  const grade = result.grade ? `, ${result.grade}` : "";
  return `${who}: ${hundredths(result.score)} of ${result.total_marks} marks, ${hundredths(result.percentage)} %${grade}, ${result.passed ? "passed" : "not passed"}`;
};

/** The results of one exam, in the order of names. They leave the console: the log says who took them. */
const resultsToPrint = read({
  name: "exams.print_results",
  permission: "platform.read",
  on: "primary",
  input: z.object({ examId: z.uuid("Exam not found") }),
  async run({ ctx, input }) {
    const exam = await findExam(ctx, input.examId);
    const results = await rows(
      ctx.tx,
      sql`select u.name, u.roll_no, r.score, r.total_marks, r.percentage, r.grade, r.passed, r.withheld
          from public.exam_result r
            join public."user" u on u.id = r.user_id and u.college_id = r.college_id
          where r.exam_id = ${exam.id}::uuid and r.college_id = ${exam.college_id}::uuid
          order by u.name, r.id
          limit ${MOST}`,
      resultRow,
    );
    if (results.length === 0) throw new Conflict("This exam has no results yet. Grade it first.");
    await record(ctx, {
      action: "exam.export_results",
      resource: "exam",
      resourceId: exam.id,
      collegeId: exam.college_id,
      details: { rows: results.length, format: "pdf" },
    });
    return { exam, results };
  },
});

export function resultsPrint({ exam, results }: Awaited<ReturnType<typeof resultsToPrint>>, at: Date): Print {
  const known = results.filter((result) => !result.withheld);
  const passed = known.filter((result) => result.passed).length;
  const mean = known.reduce((sum, result) => sum + result.percentage, 0) / Math.max(1, known.length);
  const withheld = results.length - known.length;
  return {
    title: `Results: ${exam.title}`,
    context: [
      `${exactTime(exam.start_time)}, ${exam.duration_minutes} minutes, ${exam.total_marks} marks, ${exam.passing_marks} to pass.`,
      exam.published_at ? `Published ${exactTime(exam.published_at)}.` : "Not published yet.",
    ],
    claim:
      known.length === 0
        ? `${plural(results.length, "result is", "results are")} withheld.`
        : `${passed} of ${plural(known.length, "student")} passed, mean ${hundredths(mean)} %.${withheld > 0 ? ` ${plural(withheld, "result is", "results are")} withheld.` : ""}`,
    sections: [
      {
        title: "Students",
        lines: [
          ...results.map(lineOf),
          ...(results.length === MOST ? [`Only the first ${MOST} are printed. The list of results exports all of them.`] : []),
        ],
        bullets: false,
      },
    ],
    footer: `${exam.title} · Results · ${at.toISOString().slice(0, 10)}`,
  };
}

export async function printResults({ ctx, input }: Parameters<typeof resultsToPrint>[0]): Promise<Buffer> {
  const at = ctx.clock.now();
  return printPdf(resultsPrint(await resultsToPrint({ ctx, input }), at), at);
}
