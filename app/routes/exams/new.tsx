import { useLoaderData } from "@remix-run/react";
import { protectedAction, protectedLoader, redirect } from "~/access/page.server.ts";
import { createExam } from "~/domains/exams/authoring/exam.server.ts";
import { authoringChoices } from "~/domains/exams/list.server.ts";
import { Form, Submit } from "~/ui/form/form.tsx";
import { Page } from "~/ui/layout/page.tsx";
import { Panel } from "~/ui/layout/panel.tsx";
import { ExamFieldsForm } from "./exam-form.tsx";

export const handle = { crumbs: () => [{ label: "Exams", to: "/exams" }, { label: "New" }] };
export const meta = () => [{ title: "New exam · Invigil" }];

export const loader = protectedLoader("exams.author", async ({ ctx }) => authoringChoices({ ctx, input: {} }));

export const action = protectedAction("exams.author", async ({ ctx, form }) => {
  const { id } = await createExam({ ctx, input: form.values() as never });
  return redirect(`/exams/${id}/questions`);
});

export default function NewExam() {
  const { classes, subjects } = useLoaderData<typeof loader>();
  return (
    <Page title="New exam" context="It starts as a draft. Questions come next, and students don't see it before it is scheduled.">
      <Panel className="max-w-[860px]">
        <Form className="flex flex-col gap-4 pt-2">
          <ExamFieldsForm values={{}} classes={classes} subjects={subjects} />
          <div>
            <Submit busy="Creating…">Create draft</Submit>
          </div>
        </Form>
      </Panel>
    </Page>
  );
}
