import { useLoaderData, useSearchParams } from "@remix-run/react";
import { protectedAction, protectedLoader } from "~/access/page.server.ts";
import { may } from "~/access/policy.ts";
import { correctKey } from "~/domains/exams/authoring/correct-key.server.ts";
import { previewQuestion } from "~/domains/exams/authoring/preview-question.server.ts";
import { listQuestions, moveQuestion, removeQuestion, saveQuestion } from "~/domains/exams/authoring/questions.server.ts";
import { addImage } from "~/domains/exams/content/add-image.server.ts";
import { shownQuestion } from "~/domains/exams/content/shown-question.server.ts";
import { plural } from "~/platform/format.ts";
import { Empty } from "~/ui/feedback/empty.tsx";
import { Page } from "~/ui/layout/page.tsx";
import { Panel } from "~/ui/layout/panel.tsx";
import { draftOf } from "./question-draft.ts";
import { draftAfter } from "./question-rows.ts";
import { draftFrom, inputFrom } from "./question-values.ts";
import { uploadedImage } from "./image-upload.server.ts";
import { QuestionDesk } from "./question-desk.tsx";
import { QuestionList } from "./question-list.tsx";
import { QuestionsLinks } from "./questions-links.tsx";
import { ExamBadge } from "./state.tsx";
import { examHandle, examTabs } from "./tabs.ts";

export const handle = examHandle("Questions");

export const meta = () => [{ title: "Questions · Invigil" }];

export { revalidateAfterConflict as shouldRevalidate } from "~/ui/revalidate-after-conflict.ts";

export const loader = protectedLoader("exams.read", async ({ ctx, params, url }) => {
  const examId = params["id"] ?? "";
  const { exam, keys, questions } = await listQuestions({ ctx, input: { examId } });
  const role = ctx.actor.role;
  const author = may(role, "exams.author");
  const editable = author && exam.status === "DRAFT" && !exam.frozen_at;
  const edited = editable ? questions.find((question) => question.id === url.searchParams.get("edit")) : undefined;
  const draft = edited && draftOf(edited);
  const preview = draft && (await previewQuestion({ ctx, input: { examId, ...inputFrom(draft) } }));
  return {
    exam,
    keys,
    role,
    questions: questions.map(shownQuestion),
    editable,
    correctable: author && Boolean(exam.frozen_at) && (exam.status === "LIVE" || exam.status === "CLOSED"),
    editing: edited && draft && preview ? { id: edited.id, draft, preview } : null,
  };
});

export const action = protectedAction("exams.author", async ({ ctx, form, params }) => {
  const examId = params["id"] ?? "";
  const questionId = form.get("questionId");
  const rows = form.get("intent").startsWith("rows:") ? form.get("intent").slice(5) : null;
  const intent = rows === null ? form.intent("remove", "key", "up", "down", "save", "show", "image") : "show";
  switch (intent) {
    case "remove":
      await removeQuestion({ ctx, input: { examId, questionId } });
      return { message: "Removed." };
    case "key": {
      const { place } = await correctKey({
        ctx,
        input: { examId, questionId, optionId: form.get("optionId"), reason: form.get("reason") },
      });
      return { message: `The key of question ${place} is corrected. Marking and analysis use it from now on.` };
    }
    case "up":
    case "down":
      await moveQuestion({ ctx, input: { examId, questionId, by: intent === "up" ? -1 : 1 } });
      return { message: "Moved." };
    case "show": {
      // Before JavaScript: the same form again, with a row more or less and what it looks like.
      const draft = draftAfter(draftFrom(form.values()), rows ?? "");
      return { draft, preview: await previewQuestion({ ctx, input: { examId, ...inputFrom(draft) } }) };
    }
    case "image": {
      const { reference } = await addImage({ ctx, input: await uploadedImage(form, examId) });
      const typed = draftFrom(form.values());
      const draft = { ...typed, text: `${typed.text.trimEnd()}\n${reference}`.trimStart() };
      const preview = await previewQuestion({ ctx, input: { examId, ...inputFrom(draft) } });
      return { message: "Image added at the end of the question. Save the question to keep it.", draft, preview };
    }
    case "save": {
      const input = { examId, questionId: questionId || undefined, ...inputFrom(draftFrom(form.values())) };
      const saved = await saveQuestion({ ctx, input });
      return questionId ? { message: "Saved." } : { message: "Added.", added: saved.id };
    }
  }
});

function contextOf({
  exam,
  keys,
  correctable,
}: Pick<ReturnType<typeof useLoaderData<typeof loader>>, "exam" | "keys" | "correctable">) {
  if (!keys) return "Keys are shown after the exam has closed.";
  if (exam.frozen_at)
    return correctable
      ? "Frozen: the first attempt has started. A wrong key can still be corrected. For other changes, copy the exam."
      : "Frozen: the first attempt has started. Copy the exam to change its paper.";
  return exam.status === "DRAFT" ? "All questions can still be changed." : "Move the exam back to draft to change its questions.";
}

export default function Questions() {
  const { exam, questions, keys, role, editable, correctable, editing } = useLoaderData<typeof loader>();
  const [params] = useSearchParams();
  const marks = questions.reduce((sum, question) => sum + question.marks, 0);
  return (
    <Page
      title={exam.title}
      badge={<ExamBadge status={exam.status} />}
      tabs={examTabs(exam.id, role)}
      actions={<QuestionsLinks examId={exam.id} importable={editable} exportable={keys && questions.length > 0} />}
      context={contextOf({ exam, keys, correctable })}
    >
      {editable && (
        <QuestionDesk
          examId={exam.id}
          editing={editing}
          number={editing ? questions.findIndex(({ id }) => id === editing.id) + 1 : questions.length + 1}
        />
      )}
      <Panel flush title={plural(questions.length, "question")} aside={`${marks} of ${plural(exam.total_marks, "mark")}`}>
        {questions.length === 0 ? (
          <Empty title="No questions yet">{editable ? "Write the first one above." : "The paper has no questions yet."}</Empty>
        ) : (
          <QuestionList {...{ questions, keys, editable, correctable }} editing={params.get("edit") ?? undefined} />
        )}
      </Panel>
    </Page>
  );
}
