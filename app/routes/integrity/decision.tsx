import { Form as Plain, useNavigation } from "@remix-run/react";
import { Form, Input, Select } from "~/ui/form/form.tsx";
import { Panel } from "~/ui/layout/panel.tsx";
import { Key, Note } from "./decision-note.tsx";

const BARS = {
  conflict: "You declared that you know this student or class. Someone else reviews this attempt.",
  teaches: "You teach this class. Someone else reviews this attempt.",
  decided: "You have decided. Someone else is next, and does not see your decision.",
} as const;

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
          {taken ? "Someone else is reviewing this attempt." : "Claim it first, so that no one else reviews it meanwhile."}
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
            Let go
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
            <button className="control w-fit">Hand to someone else</button>
          </Form>
        </details>
      </div>
    </Panel>
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
