import { useRef, useState } from "react";
import { Select, useFormRefusal } from "~/ui/form/form.tsx";

export const Key = ({ children }: { children: string }) => (
  <kbd className="rounded border px-1 text-[10.5px] text-muted">{children}</kbd>
);

/** What may be decided without a sentence. */
const MILD = [
  ["CLEARED", "Clear", "C"],
  ["INCONCLUSIVE", "Unclear", "U"],
] as const;

export function Note({ working, second }: { working: boolean; second: boolean }) {
  const refusal = useFormRefusal();
  const typed = refusal?.values["note"] ?? "";
  const error = refusal?.fields["note"]?.[0];
  const box = useRef<HTMLTextAreaElement>(null);
  const [hint, setHint] = useState(false);
  return (
    <>
      <label className="sr-only" htmlFor="decision-note">
        What you saw and what it means
      </label>
      <textarea
        ref={box}
        id="decision-note"
        name="note"
        rows={3}
        defaultValue={typed}
        placeholder="What you saw and what it means…"
        className="input"
        aria-invalid={error || hint ? true : undefined}
        aria-describedby="decision-hint"
        onKeyDown={(event) => {
          if (event.key === "Escape") event.currentTarget.blur();
        }}
      />
      {(error || hint) && <p className="text-[12px] text-bad">{error ?? "A violation needs a sentence for the committee"}</p>}
      <div className="grid grid-cols-3 gap-2">
        {MILD.map(([decision, label, key]) => (
          <button
            key={decision}
            name="decision"
            value={decision}
            data-decide={decision}
            disabled={working}
            className="control justify-center font-[560]"
          >
            {label} <Key>{key}</Key>
          </button>
        ))}
        <button
          name="decision"
          value="VIOLATION"
          data-decide="VIOLATION"
          disabled={working}
          className="control justify-center !border-bad font-[560] !text-bad"
          onClick={(event) => {
            if ((box.current?.value.trim().length ?? 0) >= 10) return;
            event.preventDefault();
            setHint(true);
            box.current?.focus();
          }}
        >
          Violation <Key>V</Key>
        </button>
      </div>
      {second && (
        <Select
          label="If a violation stands, the result is"
          name="consequence"
          options={[
            { value: "WITHHELD", label: "Withheld" },
            { value: "ZEROED", label: "Set to zero" },
          ]}
        />
      )}
      <p id="decision-hint" className="text-[12px] text-muted">
        {second
          ? "Someone else has decided on this attempt. You see their decision after yours."
          : "A violation stands only when a second reviewer, who does not see your decision, decides the same."}
      </p>
    </>
  );
}
