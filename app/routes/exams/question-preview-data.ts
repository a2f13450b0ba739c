import { protectedAction } from "~/access/page.server.ts";
import { previewQuestion } from "~/domains/exams/authoring/preview-question.server.ts";
import { draftFrom } from "./question-values.ts";

/** What the editor shows beside itself while one types. */
export const action = protectedAction("exams.author", async ({ ctx, form, params }) => {
  const { text, type, marks, options } = draftFrom(form.values());
  const input = { examId: params["id"] ?? "", text, type, marks, options: options.map((option) => option.text) };
  return Response.json(await previewQuestion({ ctx, input }), { headers: { "Cache-Control": "no-store" } });
});
