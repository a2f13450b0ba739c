import { useLoaderData } from "@remix-run/react";
import { protectedAction, protectedLoader } from "~/access/page.server.ts";
import { getExam } from "~/domains/exams/list.server.ts";
import { weightsOf } from "~/domains/integrity/score/score.ts";
import { examWeights, setWeights } from "~/domains/integrity/score/weights.server.ts";
import { EVIDENCE, SIGNALS, weighable, type EvidenceKind } from "~/domains/integrity/signals.ts";
import { Form, Input, Submit, useFormRefusal } from "~/ui/form/form.tsx";
import { Page } from "~/ui/layout/page.tsx";
import { Panel } from "~/ui/layout/panel.tsx";
import { ExamBadge } from "./state.tsx";
import { examHandle, examTabs } from "./tabs.ts";

export const handle = examHandle("Weights");
export const meta = () => [{ title: "Weights · Invigil" }];

export const loader = protectedLoader("exams.author", async ({ ctx, params }) => {
  const examId = params["id"] ?? "";
  const { exam } = await getExam({ ctx, input: { id: examId } });
  return { exam, ...(await examWeights({ ctx, input: { examId } })), role: ctx.actor.role };
});

export const action = protectedAction("exams.author", async ({ ctx, form, params }) => {
  const points: Record<string, string> = {};
  for (const [name, value] of Object.entries(form.values())) if (name.startsWith("points.")) points[name.slice(7)] = value;
  await setWeights({ ctx, input: { examId: params["id"] ?? "", threshold: form.get("threshold"), points: points as never } });
  return { message: "Saved. Attempts are being rescored in the background." };
});

const SHOWN = [
  ...Object.entries(EVIDENCE)
    .filter(([type]) => weighable(type as EvidenceKind))
    .map(([type, spec]) => ({ type, label: spec.label, cap: null as number | null })),
  ...Object.entries(SIGNALS)
    .filter(([, spec]) => spec.cap > 0)
    .map(([type, spec]) => ({ type, label: spec.label, cap: spec.cap as number | null })),
];

function Points({ type, label, value, standard }: { type: string; label: string; value: number; standard: number }) {
  const refusal = useFormRefusal();
  const error = refusal?.fields[`points.${type}`]?.[0];
  const typed = refusal?.values[`points.${type}`];
  return (
    <input
      name={`points.${type}`}
      type="number"
      min={0}
      max={100}
      defaultValue={typed ?? value}
      aria-label={`Points for ${label}`}
      aria-invalid={error ? true : undefined}
      title={error}
      className={`input num !w-20 text-right ${value === standard ? "" : "!border-accent font-[560]"}`}
    />
  );
}

export default function Weights() {
  const { exam, threshold, weights, role } = useLoaderData<typeof loader>();
  const standard = weightsOf(null);
  return (
    <Page
      title={`Review from risk ${threshold}`}
      badge={<ExamBadge status={exam.status} />}
      context="Points per occurrence in this exam. A score is a reason to look, never a verdict. Points can be changed at any time."
      tabs={examTabs(exam.id, role)}
    >
      <Panel className="max-w-[760px]" flush>
        <Form className="flex flex-col">
          <div className="max-w-60 px-3.5 py-3">
            <Input label="Review threshold" name="threshold" type="number" min={1} max={100} defaultValue={threshold} />
          </div>
          <table className="rows">
            <thead>
              <tr>
                <th>Signal</th>
                <th className="num">Counted at most</th>
                <th className="num">Standard</th>
                <th className="num">Points each</th>
              </tr>
            </thead>
            <tbody>
              {SHOWN.map(({ type, label, cap }) => (
                <tr key={type}>
                  <td>{label.charAt(0).toUpperCase() + label.slice(1)}</td>
                  <td className="num">{cap ?? "once"}</td>
                  <td className="num">{standard[type]!.points}</td>
                  <td className="num">
                    <Points type={type} label={label} value={weights[type]!.points} standard={standard[type]!.points} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
          <div className="border-t px-3.5 py-3">
            <Submit busy="Saving…">Save and rescore</Submit>
          </div>
        </Form>
      </Panel>
    </Page>
  );
}
