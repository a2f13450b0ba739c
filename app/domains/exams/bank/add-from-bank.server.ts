import { z } from "zod";
import { mutation, record } from "~/access/verb.server.ts";
import { rows } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { Conflict, NotFound } from "~/platform/errors.ts";
import { copyQuestions } from "../authoring/copy-questions.server.ts";
import { assertDraft, nextPlace } from "../authoring/insert-questions.server.ts";
import { lockExam } from "../exam-row.server.ts";
import { pastQuestions, samenessOfPaper } from "./past-questions.server.ts";

/** Copies of questions of past exams at the end of this paper. What stands in it already is not added a second time. */
export const addFromBank = mutation({
  name: "exam.add_from_bank",
  permission: "exams.author",
  input: z.object({
    examId: z.uuid(),
    questionIds: z.array(z.uuid()).min(1, "Select at least one question").max(100, "At most 100 questions at once"),
  }),
  async run({ ctx, input }) {
    const exam = await lockExam(ctx, input.examId);
    assertDraft(exam);
    const ids = [...new Set(input.questionIds)];
    const found = await rows(
      ctx.tx,
      sql`select p.id, p.same, p.same in (${samenessOfPaper(exam)}) as in_paper
          from (${pastQuestions(exam.college_id, sql`q.id = any (${ids}::uuid[]) and e.id <> ${exam.id}`)}) p`,
      z.object({ id: z.string(), same: z.string(), in_paper: z.boolean() }),
    );
    if (found.length < ids.length) throw new NotFound("A selected question is not in the bank any more. Search again");
    const known = new Map(found.map((question) => [question.id, question]));
    const taken = new Set<string>();
    const fresh = ids.filter((id) => {
      const { same, in_paper } = known.get(id)!;
      if (in_paper || taken.has(same)) return false;
      taken.add(same);
      return true;
    });
    if (fresh.length === 0) throw new Conflict("This paper has all of these questions already. Nothing was added");
    const target = { examId: exam.id, collegeId: exam.college_id, firstPlace: await nextPlace(ctx, exam) };
    const added = await copyQuestions(ctx, fresh, target);
    await record(ctx, {
      action: "question.add_from_bank",
      resource: "exam",
      resourceId: exam.id,
      collegeId: exam.college_id,
      details: { added, already_there: ids.length - fresh.length, from: fresh.slice(0, 100) },
    });
    return { added, present: ids.length - fresh.length };
  },
});
