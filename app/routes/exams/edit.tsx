import { useLoaderData } from "@remix-run/react";
import { protectedAction, protectedLoader, redirect } from "~/access/page.server.ts";
import { updateExam } from "~/domains/exams/authoring/exam.server.ts";
import { authoringChoices, getExam } from "~/domains/exams/list.server.ts";
import { Notice } from "~/ui/feedback/empty.tsx";
import { Form, Submit } from "~/ui/form/form.tsx";
import { Page } from "~/ui/layout/page.tsx";
import { Panel } from "~/ui/layout/panel.tsx";
import { ExamFieldsForm } from "./exam-form.tsx";
import { examHandle } from "./tabs.ts";

export const handle = examHandle("Edit");
export const meta = () => [{ title: "Edit an exam · Invigil" }];

export const loader = protectedLoader("exams.author", async ({ ctx, params }) => {
  const { exam } = await getExam({ ctx, input: { id: params["id"] ?? "" } });
  return { exam, ...(await authoringChoices({ ctx, input: { collegeId: exam.college_id } })) };
});

export const action = protectedAction("exams.author", async ({ ctx, form, params }) => {
  const id = params["id"] ?? "";
  await updateExam({ ctx, input: { id, ...form.values() } as never });
  return redirect(`/exams/${id}`);
});

export default function EditExam() {
  const { exam, classes, subjects } = useLoaderData<typeof loader>();
  const fixed = exam.frozen_at !== null || (exam.status !== "DRAFT" && exam.status !== "SCHEDULED");
  return (
    <Page title={`Edit ${exam.title}`}>
      {fixed && (
        <Notice tone="warn" title="This exam is frozen">
          Its first attempt has started, or it is over. Copy it to create a new exam.
        </Notice>
      )}
      <Panel className="max-w-[860px]">
        <Form className="pt-2">
          <fieldset disabled={fixed} className="flex flex-col gap-4">
            <ExamFieldsForm values={exam} classes={classes} subjects={subjects} />
            <div>
              <Submit busy="Saving…">Save</Submit>
            </div>
          </fieldset>
        </Form>
      </Panel>
    </Page>
  );
}
