import { useLoaderData } from "@remix-run/react";
import { protectedAction, protectedLoader } from "~/access/page.server.ts";
import { gradingState, saveBoundaries } from "~/domains/exams/grading/grade.server.ts";
import { markAnswer, markedAnswers, markingQueue, unmarkAnswer } from "~/domains/exams/grading/marking.server.ts";
import { contentOf } from "~/domains/exams/content/content.server.ts";
import { plural } from "~/platform/format.ts";
import { Empty, Notice } from "~/ui/feedback/empty.tsx";
import { Checkbox, Form, Input, Submit, Textarea } from "~/ui/form/form.tsx";
import { useRefusal } from "~/ui/form/result.ts";
import { Page } from "~/ui/layout/page.tsx";
import { Panel, WithAside } from "~/ui/layout/panel.tsx";
import { RichText } from "../sit/rich-text.tsx";
import { Marked } from "./marked.tsx";
import { ExamBadge } from "./state.tsx";
import { examHandle, examTabs } from "./tabs.ts";

export const handle = examHandle("Marking");
export const meta = () => [{ title: "Marking · Invigil" }];
export { revalidateAfterConflict as shouldRevalidate } from "~/ui/revalidate-after-conflict.ts";

export const loader = protectedLoader("exams.author", async ({ ctx, params, url }) => {
  const examId = params["id"] ?? "";
  const asked = url.searchParams.get("candidate") ?? "";
  const candidateNo = /^\d{1,9}$/.test(asked) ? Number(asked) : undefined;
  const [state, { queue }, marked] = await Promise.all([
    gradingState({ ctx, input: { examId } }),
    markingQueue({ ctx, input: { examId, limit: 10 } }),
    markedAnswers({ ctx, input: { examId, candidateNo } }),
  ]);
  const question = queue[0] ? contentOf(queue[0].question) : [];
  return { ...state, queue, question, marked, candidateNo: candidateNo ?? null, role: ctx.actor.role };
});

export const action = protectedAction("exams.author", async ({ ctx, form, params }) => {
  const examId = params["id"] ?? "";
  const intent = form.intent("scale", "unmark", "mark");
  if (intent === "scale") {
    const starts = form
      .get("scale")
      .split("\n")
      .filter((line) => line.trim() !== "")
      .map((line) => {
        const [, label = "", from = ""] = /^\s*(\S+)\s+([\d.]+)\s*%?\s*$/.exec(line) ?? [];
        return { label: label || line.trim(), min: from === "" ? Number.NaN : Math.round(Number(from) * 100) };
      });
    await saveBoundaries({
      ctx,
      input: { examId, starts: starts.map((start) => ({ ...start, min: Number.isNaN(start.min) ? -1 : start.min })) },
    });
    return { message: "Scale replaced for the tenant. Grade again to apply it here." };
  }
  if (intent === "unmark") {
    const { freed } = await unmarkAnswer({ ctx, input: { examId, answerId: form.get("answerId"), alike: form.has("alike") } });
    return { message: `Undone: ${plural(freed, "answer is waiting", "answers are waiting")} to be marked again.` };
  }
  const { marked } = await markAnswer({
    ctx,
    input: { examId, answerId: form.get("answerId"), marks: form.get("marks"), alike: form.has("alike") },
  });
  return { message: `${plural(marked, "answer")} marked.` };
});

export default function Marking() {
  const { exam, waiting, boundaries, queue, question, marked, candidateNo, role } = useLoaderData<typeof loader>();
  const refusal = useRefusal();
  const [first, ...rest] = queue;
  // An answer that someone else has marked meanwhile is not here any more to say so itself.
  const elsewhere = refusal?.values["intent"] === "mark" && refusal.values["answerId"] !== first?.id ? refusal.message : null;
  return (
    <Page
      title={waiting === 0 ? "No answers to mark" : `${plural(waiting, "answer is waiting", "answers are waiting")} to be marked`}
      badge={<ExamBadge status={exam.status} />}
      context={`${exam.title}. Question by question, so that one standard applies to all. Candidates are shown as numbers.`}
      tabs={examTabs(exam.id, role)}
    >
      {elsewhere && <Notice tone="warn" title={elsewhere} />}
      <WithAside
        aside={
          <Panel title="Grades">
            <Form intent="scale">
              <Textarea
                label="Each grade with its lower bound in percent"
                name="scale"
                rows={Math.max(5, boundaries.length)}
                defaultValue={boundaries.map((boundary) => `${boundary.label} ${boundary.min / 100}`).join("\n")}
                hint="For the whole tenant. The lowest starts at 0."
                className="input mono"
              />
              <div>
                <Submit tone="plain">Replace scale</Submit>
              </div>
            </Form>
          </Panel>
        }
      >
        {first && exam.status === "CLOSED" ? (
          <Panel title={`Question ${first.place}`} aside={`candidate ${first.candidate_no}`}>
            <div className="mb-2 break-words whitespace-pre-wrap">
              <RichText content={question} />
            </div>
            <p className="rounded-control bg-sunk p-3 whitespace-pre-wrap">
              {first.answer ?? <span className="text-muted">Left empty</span>}
            </p>
            {first.accepted.length > 0 && (
              <p className="mt-2 text-muted">
                Accepted without a person: <span className="text-ink">{first.accepted.join(" · ")}</span>
              </p>
            )}
            {first.expected && (
              <p className="mt-2 break-words whitespace-pre-wrap text-muted">
                {first.type === "ESSAY" ? "Rubric" : "Expected"}: <span className="text-ink">{first.expected}</span>
              </p>
            )}
            <Form intent="mark" about={{ answerId: first.id }} key={first.id} className="mt-3 flex flex-wrap items-end gap-3">
              <div className="w-32">
                <Input
                  label={`Marks of ${first.marks}`}
                  name="marks"
                  type="number"
                  step="0.5"
                  min={0}
                  max={first.marks}
                  autoFocus
                  required
                />
              </div>
              {first.type === "SHORT_ANSWER" && (
                <Checkbox name="alike" label="Apply to every answer with this text" defaultChecked />
              )}
              <Submit busy="Marking…">Save and next</Submit>
            </Form>
          </Panel>
        ) : (
          <Panel>
            <Empty title={exam.status === "CLOSED" ? "All answers are marked" : "Marking is not open"}>
              {exam.status === "CLOSED"
                ? "Grade the exam on its Overview tab."
                : "Answers are marked after an exam has closed and before it is graded."}
            </Empty>
          </Panel>
        )}
        {rest.length > 0 && exam.status === "CLOSED" && (
          <Panel flush title="After this">
            <table className="rows">
              <thead>
                <tr>
                  <th className="num">Question</th>
                  <th className="num">Candidate</th>
                  <th className="w-full">Answer</th>
                </tr>
              </thead>
              <tbody>
                {rest.map((one) => (
                  <tr key={one.id}>
                    <td className="num">{one.place}</td>
                    <td className="num">{one.candidate_no}</td>
                    <td className="max-w-0 truncate">{one.answer ?? "Left empty"}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </Panel>
        )}
        {exam.status === "CLOSED" && <Marked marked={marked} candidateNo={candidateNo} />}
      </WithAside>
    </Page>
  );
}
