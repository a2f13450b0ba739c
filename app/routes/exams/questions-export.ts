import { protectedLoader } from "~/access/page.server.ts";
import { recordAlone } from "~/audit/record.server.ts";
import { exportQuestions } from "~/domains/exams/exchange/export-questions.server.ts";

/** The paper as a file. It holds the keys, so the log says who took it. */
export const loader = protectedLoader("exams.read", async ({ ctx, params }) => {
  const format = params["format"] as "gift" | "moodle-xml";
  const { exam, count, content } = await exportQuestions({ ctx, input: { examId: params["id"] ?? "", format } });
  await recordAlone(ctx, {
    action: "exam.export_questions",
    resource: "exam",
    resourceId: exam.id,
    collegeId: exam.college_id,
    details: { format, questions: count },
  });
  const xml = format === "moodle-xml";
  return new Response(content, {
    headers: {
      "Content-Type": `${xml ? "application/xml" : "text/plain"}; charset=utf-8`,
      "Content-Disposition": `attachment; filename="questions-${exam.id}.${xml ? "xml" : "gift.txt"}"`,
      "Cache-Control": "no-store",
    },
  });
});
