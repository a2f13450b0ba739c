import { Form as Plain, useNavigation } from "@remix-run/react";
import { useRef, useState } from "react";
import { Form, Input, Select, useFormRefusal } from "~/ui/form/form.tsx";
import { Panel } from "~/ui/layout/panel.tsx";

const BARS = {
  conflict: "You declared that you know this student or class. Somebody else reviews this attempt.",
  teaches: "You teach this class. Somebody else reviews this attempt.",
  decided: "You have decided. Another person is next, and does not see what you decided.",
} as const;

const Key = ({ children }: { children: string }) => (
  <kbd className="rounded border px-1 text-[10.5px] text-muted">{children}</kbd>
);

type Props = {
  reviewId: string;
  candidateNo: number;
  mine: boolean;
  taken: boolean;
  bar: keyof typeof BARS | null;
  /** The first look at this attempt, the second, or the third. */
  round: 1 | 2 | 3;
};

/** Claim, then decide: with keys, with a mouse, or with no script at all. */
export function DecisionBox({ reviewId, candidateNo, mine, taken, bar, round }: Props) {
  const working = useNavigation().state !== "idle";
  if (bar)
    return (
      <Panel title="Your decision">
        <p className="text-muted">{BARS[bar]}</p>
        <NextButton reviewId={reviewId} />
      </Panel>
    );
  if (!mine) {
    return (
      <Panel title="Your decision">
        <p className="mb-2 text-muted">
          {taken ? "Somebody else is reviewing this attempt." : "Claim it first, so that nobody else reviews it meanwhile."}
        </p>
        {taken ? (
          <NextButton reviewId={reviewId} />
        ) : (
          <Plain method="post">
            <input type="hidden" name="reviewId" value={reviewId} />
            <button
              name="intent"
              value="claim"
              disabled={working}
              data-claim
              className="control !border-accent !bg-accent font-[560] !text-on-accent"
            >
              Claim for twenty minutes
            </button>
          </Plain>
        )}
      </Panel>
    );
  }
  return (
    <Panel title="Your decision">
      <Form intent="decide" className="flex flex-col gap-2.5">
        <input type="hidden" name="reviewId" value={reviewId} />
        <input type="hidden" name="no" value={candidateNo} />
        <input type="hidden" name="round" value={round} />
        <Note key={reviewId} working={working} second={round > 1} />
      </Form>
      <div className="mt-3 flex flex-wrap gap-x-4 gap-y-2 border-t pt-3 text-[12px]">
        <Plain method="post">
          <input type="hidden" name="reviewId" value={reviewId} />
          <button name="intent" value="release" className="link" disabled={working}>
            Give it back
          </button>
        </Plain>
        <details>
          <summary className="link list-none">I know this student…</summary>
          <Form intent="conflict" className="mt-2 flex flex-col gap-2">
            <input type="hidden" name="reviewId" value={reviewId} />
            <Select
              label="Whom"
              name="whole"
              options={[
                { value: "student", label: "This student" },
                { value: "class", label: "The whole class" },
              ]}
            />
            <Input label="How" name="reason" required />
            <button className="control w-fit">Give it to somebody else</button>
          </Form>
        </details>
      </div>
    </Panel>
  );
}

function Note({ working, second }: { working: boolean; second: boolean }) {
  const refusal = useFormRefusal();
  const typed = refusal?.values["note"] ?? "";
  const error = refusal?.fields["note"]?.[0];
  const box = useRef<HTMLTextAreaElement>(null);
  const [hint, setHint] = useState(false);
  return (
    <>
      <label className="sr-only" htmlFor="decision-note">
        What you saw, and what it means
      </label>
      <textarea
        ref={box}
        id="decision-note"
        name="note"
        rows={3}
        defaultValue={typed}
        placeholder="What you saw, and what it means…"
        className="input"
        aria-invalid={error || hint ? true : undefined}
        aria-describedby="decision-hint"
        onKeyDown={(event) => {
          if (event.key === "Escape") event.currentTarget.blur();
        }}
      />
      {(error || hint) && (
        <p className="text-[12px] text-bad">{error ?? "A violation needs a sentence that a committee can read"}</p>
      )}
      <div className="grid grid-cols-3 gap-2">
        <button
          name="decision"
          value="CLEARED"
          data-decide="CLEARED"
          disabled={working}
          className="control justify-center font-[560]"
        >
          Clear <Key>C</Key>
        </button>
        <button
          name="decision"
          value="INCONCLUSIVE"
          data-decide="INCONCLUSIVE"
          disabled={working}
          className="control justify-center font-[560]"
        >
          Unclear <Key>U</Key>
        </button>
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
          ? "Somebody else has looked at this attempt. You do not see what they decided before you decide."
          : "A violation stands only when a second person, who does not see yours, decides the same."}
      </p>
    </>
  );
}

function NextButton({ reviewId }: { reviewId: string }) {
  return (
    <Plain method="post" className="mt-2">
      <input type="hidden" name="reviewId" value={reviewId} />
      <button name="intent" value="next" data-next className="control font-[520]">
        Next attempt <Key>N</Key>
      </button>
    </Plain>
  );
}
