import type { DrillQuestion } from "~/observability/backups/questions/list-questions.server.ts";
import { Checkbox, Form, Input, Submit, Textarea } from "~/ui/form/form.tsx";
import { LinkButton } from "~/ui/form/link-button.tsx";

type Question = Pick<DrillQuestion, "id" | "name" | "sql" | "min" | "max" | "enabled">;

/** One form for a new question and a known one. `typed`: what stood in it when it was tried. */
export function QuestionForm({ question, typed }: { question: Question | null; typed: Record<string, string> | undefined }) {
  const enabled = typed ? "enabled" in typed : (question?.enabled ?? true);
  return (
    <Form about={{ id: question?.id ?? "" }}>
      <Input label="Name" name="name" maxLength={80} placeholder="Students" defaultValue={typed?.["name"] ?? question?.name} />
      <Textarea
        label="SQL"
        name="sql"
        rows={5}
        className="input mono"
        spellCheck={false}
        placeholder="select count(*) from student_profile"
        hint="One SELECT that returns one number. It reads exam data only, and must answer within 5 s."
        defaultValue={typed?.["sql"] ?? question?.sql}
      />
      <div className="grid grid-cols-2 gap-3">
        <Input label="At least" name="min" inputMode="decimal" defaultValue={typed?.["min"] ?? question?.min} />
        <Input label="At most" name="max" inputMode="decimal" defaultValue={typed?.["max"] ?? question?.max} />
      </div>
      <Checkbox name="enabled" label="Drills ask it" defaultChecked={enabled} />
      <div className="flex flex-wrap gap-2">
        <Submit name="intent" value={question ? "change" : "create"}>
          {question ? "Save question" : "Add question"}
        </Submit>
        <Submit name="intent" value="try" tone="plain">
          Try it
        </Submit>
        {question && <LinkButton to="?">Close</LinkButton>}
      </div>
    </Form>
  );
}

export function DeleteQuestion({ question }: { question: Question }) {
  return (
    <Form intent="delete" about={{ id: question.id }}>
      <p>
        Delete “{question.name}”? Drills will no longer ask it. Its past answers stay with their drills. To keep it for later,
        change it and clear “Drills ask it”.
      </p>
      <div className="flex flex-wrap gap-2">
        <Submit tone="danger">Delete question</Submit>
        <LinkButton to="?">Cancel</LinkButton>
      </div>
    </Form>
  );
}
