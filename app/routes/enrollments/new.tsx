import { useLoaderData } from "@remix-run/react";
import "~/domains/resources.ts";
import { protectedAction, protectedLoader, redirect } from "~/access/page.server.ts";
import { enroll } from "~/domains/enrollments/enroll-by-name.server.ts";
import { get } from "~/resources/verbs.server.ts";
import { Form, Input, Submit } from "~/ui/form/form.tsx";
import { Page } from "~/ui/layout/page.tsx";
import { Panel } from "~/ui/layout/panel.tsx";

export const handle = { crumbs: () => [{ label: "Enrollments", to: "/enrollments" }, { label: "Enroll" }] };
export const meta = () => [{ title: "Enroll · Invigil" }];

export const loader = protectedLoader("platform.manage", async ({ ctx, url }) => {
  const classId = url.searchParams.get("class") ?? "";
  const found = classId ? await get({ ctx, input: { resource: "class", id: classId } }) : null;
  return { classId, className: found?.title ?? null };
});

export const action = protectedAction("platform.manage", async ({ ctx, form }) => {
  const { classId } = await enroll({
    ctx,
    input: { student: form.get("student"), class: form.get("class"), amount: form.get("amount") },
  });
  return redirect(`/academics/classes/${classId}`);
});

export default function Enroll() {
  const { classId, className } = useLoaderData<typeof loader>();
  return (
    <Page
      title={className ? `Enroll in ${className}` : "Enroll a student"}
      context="The last place goes to exactly one student, even if two are enrolled at the same moment."
    >
      <Panel className="max-w-xl">
        <Form>
          <Input label="Student" name="student" hint="E-mail, roll number, name or id" autoFocus required />
          <Input label="Class" name="class" defaultValue={className ?? classId} hint="Name or id" required />
          <Input label="Fee" name="amount" inputMode="decimal" defaultValue="0" />
          <div>
            <Submit busy="Enrolling…">Enroll</Submit>
          </div>
        </Form>
      </Panel>
    </Page>
  );
}
