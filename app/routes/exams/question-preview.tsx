import { useEffect, useRef, useState } from "react";
import type { PreviewedQuestion } from "~/domains/exams/authoring/preview-question.server.ts";
import { Notice } from "~/ui/feedback/empty.tsx";
import { Question } from "../sit/question.tsx";
import type { Given } from "../sit/given.ts";

const PAUSE_MS = 350;

/** What the form holds now, as the server makes a paper of it; the newest answer wins. */
export function usePreview(examId: string, first: PreviewedQuestion | null) {
  const [preview, setPreview] = useState(first);
  const timer = useRef<ReturnType<typeof setTimeout>>();
  const asking = useRef<AbortController>();
  const typed = useRef("");
  useEffect(
    () => () => {
      clearTimeout(timer.current);
      asking.current?.abort();
    },
    [],
  );
  const ask = async (body: FormData) => {
    asking.current?.abort();
    const { signal } = (asking.current = new AbortController());
    try {
      const response = await fetch(`/exams/${examId}/questions/preview`, { method: "POST", body, signal });
      if (response.ok) setPreview((await response.json()) as PreviewedQuestion);
    } catch {
      // The preview stays as it was: what is typed is in the form.
    }
  };
  const update = (form: HTMLFormElement) => {
    const body = new FormData(form);
    const now = JSON.stringify([...body.entries()]);
    if (now === typed.current) return;
    typed.current = now;
    clearTimeout(timer.current);
    timer.current = setTimeout(() => void ask(body), PAUSE_MS);
  };
  return { preview, update };
}

const WIDTHS = [
  { value: "phone", label: "Phone" },
  { value: "desk", label: "Computer" },
];

/** The question as a student gets it, drawn by what draws it in the exam. The widths are CSS: they work without a script. */
export function QuestionPreview({ preview, number }: { preview: PreviewedQuestion | null; number: number }) {
  const [given, setGiven] = useState<Given | null>(null);
  return (
    <section aria-label="Preview" className="panel group/preview flex min-w-0 flex-col gap-3 p-3.5 xl:sticky xl:top-16">
      <header className="flex flex-wrap items-center justify-between gap-2">
        <h2 className="text-[13px] font-[600]">As the student sees it</h2>
        <fieldset className="flex gap-3 text-[12px]">
          <legend className="sr-only">Width of the preview</legend>
          {WIDTHS.map(({ value, label }) => (
            <label key={value} className="flex items-center gap-1.5">
              <input
                type="radio"
                name="preview-width"
                value={value}
                defaultChecked={value === "phone"}
                className={`size-3.5 accent-(--accent) ${value === "desk" ? "preview-desk" : ""}`}
              />
              {label}
            </label>
          ))}
        </fieldset>
      </header>
      {preview?.faults.map((fault) => (
        <Notice key={fault} tone="warn" title={fault} />
      ))}
      <div className="overflow-x-auto rounded-control bg-sunk p-3" tabIndex={0} role="group" aria-label="The question">
        <ol
          className={
            "mx-auto w-[358px] max-w-full group-has-[.preview-desk:checked]/preview:w-[728px] " +
            "group-has-[.preview-desk:checked]/preview:max-w-none group-has-[.preview-desk:checked]/preview:[zoom:0.72]"
          }
        >
          {preview && preview.question.content.length > 0 ? (
            <Question
              key={preview.question.type}
              number={number}
              question={preview.question}
              given={given}
              onAnswer={(next) => setGiven(next)}
            />
          ) : (
            <li className="list-none p-4 text-center text-muted">The question appears here as you type.</li>
          )}
        </ol>
      </div>
      <p className="text-[12px] text-muted">You can try it: nothing is saved. A student’s paper may be in another order.</p>
    </section>
  );
}
