import { Check, X } from "lucide-react";
import type { CheckItem } from "~/domains/exams/calendar/checklist.server.ts";
import { Form, Input, Submit } from "~/ui/form/form.tsx";

export function Checklist({ items }: { items: CheckItem[] }) {
  return (
    <ul className="flex flex-col gap-2">
      {items.map((item) => (
        <li key={item.key} className="flex items-start gap-2">
          {item.ok ? (
            <Check size={15} className="mt-0.5 shrink-0 text-ok" aria-label="holds" />
          ) : (
            <X size={15} className="mt-0.5 shrink-0 text-bad" aria-label="does not hold" />
          )}
          <span className={item.ok ? "" : "font-[520]"}>{item.says}</span>
        </li>
      ))}
    </ul>
  );
}

/** An act with a reason, closed until wanted. */
export function WithReason({ intent, label, says }: { intent: string; label: string; says: string }) {
  return (
    <details className="border-t pt-3">
      <summary className="w-fit font-[520] text-bad">{label}…</summary>
      <Form intent={intent} className="mt-2 flex flex-col gap-2">
        <p className="text-muted">{says}</p>
        <Input label="Reason" name="reason" required />
        <div>
          <Submit tone="danger">{label}</Submit>
        </div>
      </Form>
    </details>
  );
}
