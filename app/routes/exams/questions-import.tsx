import { useLoaderData } from "@remix-run/react";
import { protectedAction, protectedLoader } from "~/access/page.server.ts";
import { FORMAT_LABELS, MOST_BYTES, refuseFile } from "~/domains/exams/exchange/exchanged.ts";
import { importQuestions, previewQuestions } from "~/domains/exams/exchange/import-questions.server.ts";
import { getExam } from "~/domains/exams/list.server.ts";
import { plural } from "~/platform/format.ts";
import { Notice } from "~/ui/feedback/empty.tsx";
import { Form, Labelled, Submit, Textarea, useFormRefusal } from "~/ui/form/form.tsx";
import { LinkButton } from "~/ui/form/link-button.tsx";
import { useDone } from "~/ui/form/result.ts";
import { Page } from "~/ui/layout/page.tsx";
import { Panel } from "~/ui/layout/panel.tsx";
import { PlannedQuestions } from "./planned-questions.tsx";
import { ExamBadge } from "./state.tsx";
import { examHandle } from "./tabs.ts";

export const handle = examHandle("Import questions");
export const meta = () => [{ title: "Import questions · Invigil" }];

export const loader = protectedLoader("exams.author", async ({ ctx, params }) => {
  const { exam } = await getExam({ ctx, input: { id: params["id"] ?? "" } });
  return { exam };
});

/** The chosen file, or else what was pasted. */
async function contentOf(data: FormData): Promise<string> {
  const file = data.get("file");
  if (!(file instanceof File) || file.size === 0) return String(data.get("content") ?? "");
  if (file.size > MOST_BYTES) throw refuseFile("The file is larger than 5 MB. Split it and import the parts.");
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(await file.arrayBuffer());
  } catch {
    throw refuseFile("The file is not UTF-8 text. Save it as UTF-8 and choose it again.");
  }
}

export const action = protectedAction("exams.author", async ({ ctx, form, params }) => {
  const input = { examId: params["id"] ?? "", content: await contentOf(form.data) };
  if (form.intent("preview", "import") === "preview")
    return { plan: await previewQuestions({ ctx, input }), content: input.content };
  const { added, items } = await importQuestions({ ctx, input });
  return { added, items: items.filter(({ outcome }) => outcome !== "add") };
});

function FileInput() {
  const error = useFormRefusal()?.fields["content"]?.[0];
  return (
    <Labelled label="File" hint="GIFT or Moodle XML, at most 5 MB and 1,000 questions" error={error}>
      {(ids) => <input {...ids} type="file" name="file" accept=".xml,.gift,.txt,text/plain,text/xml" className="input" />}
    </Labelled>
  );
}

export default function ImportQuestions() {
  const { exam } = useLoaderData<typeof loader>();
  const done = useDone<typeof action>();
  const plan = done && "plan" in done ? done.plan : undefined;
  const added = done && "added" in done ? done : undefined;
  return (
    <Page
      title={added ? `${plural(added.added ?? 0, "question")} added.` : "Import questions"}
      badge={<ExamBadge status={exam.status} />}
      context={`Into ${exam.title}. Nothing is written before you confirm.`}
      actions={<LinkButton to={`/exams/${exam.id}/questions`}>Back to questions</LinkButton>}
    >
      {added && (added.items ?? []).length > 0 && (
        <Panel title="Not added" flush>
          <PlannedQuestions items={added.items ?? []} />
        </Panel>
      )}
      {plan && (
        <Panel
          flush
          title={`${FORMAT_LABELS[plan.format]}: ${plural(plan.items.length, "question")}`}
          aside={`${plan.counts.add} to add, ${plan.counts.present} already there, ${plan.counts.refused} left out`}
        >
          <Form encType="multipart/form-data" className="flex flex-col gap-2 px-3.5 py-3">
            <input type="hidden" name="intent" value="import" />
            <input type="hidden" name="content" value={done?.content} />
            {plan.notes.map((note) => (
              <Notice key={note} tone="warn" title={note} />
            ))}
            {plan.counts.add > 0 ? (
              <div>
                <Submit busy="Adding…">Add {plural(plan.counts.add, "question")}</Submit>
              </div>
            ) : (
              <Notice tone="warn" title="Nothing to add. The list says why." />
            )}
          </Form>
          <PlannedQuestions items={plan.items} />
        </Panel>
      )}
      <Panel title={plan ? "Another file" : "File or text"}>
        <Form encType="multipart/form-data">
          <input type="hidden" name="intent" value="preview" />
          <FileInput />
          <Textarea label="Or paste questions" name="content" rows={8} hint="Read when no file is chosen" />
          <div>
            <Submit tone={plan ? "plain" : "primary"} busy="Reading…">
              Preview
            </Submit>
          </div>
        </Form>
      </Panel>
    </Page>
  );
}
