import { useState } from "react";
import type { PreviewedQuestion } from "~/domains/exams/authoring/preview-question.server.ts";
import { useDone, useRefusal } from "~/ui/form/result.ts";
import { Panel } from "~/ui/layout/panel.tsx";
import { blankDraft, typeOf, type Draft } from "./question-draft.ts";
import { draftFrom } from "./question-values.ts";
import { QuestionEditor } from "./question-editor.tsx";
import { QuestionPreview, usePreview } from "./question-preview.tsx";
import type { action } from "./questions.tsx";

type Edited = { id: string; draft: Draft; preview: PreviewedQuestion };
type Props = { examId: string; editing: Edited | null; number: number };

/** The editor and, beside it, what a student would see; a new pair for each question. */
export function QuestionDesk({ examId, editing, number }: Props) {
  const done = useDone<typeof action>();
  const refused = useRefusal();
  const shown = done && "draft" in done ? done : undefined;
  const latest = done && "added" in done ? done.added : undefined;
  // Kept apart from the result: moving another question must not empty what is being typed.
  const [added, setAdded] = useState("");
  const [type, setType] = useState(typeOf(null));
  if (latest && latest !== added) setAdded(latest);
  const typed = refused?.values["part"] === "editor" ? draftFrom(refused.values) : shown?.draft;
  return (
    <Desk
      key={editing?.id ?? `new ${added}`}
      examId={examId}
      questionId={editing?.id ?? ""}
      number={number}
      draft={typed ?? editing?.draft ?? blankDraft(type)}
      preview={shown?.preview ?? editing?.preview ?? null}
      focus={!editing && added !== ""}
      onType={setType}
    />
  );
}

function Desk(props: {
  examId: string;
  questionId: string;
  number: number;
  draft: Draft;
  preview: PreviewedQuestion | null;
  focus: boolean;
  onType: (type: Draft["type"]) => void;
}) {
  const { preview, update } = usePreview(props.examId, props.preview);
  return (
    <div id="editor" className="grid items-start gap-4 xl:grid-cols-[minmax(0,1fr)_minmax(0,580px)]">
      <Panel title={props.questionId ? `Edit question ${props.number}` : "Add question"}>
        <QuestionEditor
          examId={props.examId}
          questionId={props.questionId}
          draft={props.draft}
          focus={props.focus}
          onChange={(form) => {
            props.onType(typeOf(String(new FormData(form).get("type"))));
            update(form);
          }}
        />
      </Panel>
      <QuestionPreview preview={preview} number={props.number} />
    </div>
  );
}
