import { useState } from "react";
import { Button } from "~/ui/form/form.tsx";
import type { Beat } from "./api.ts";

type Props = {
  hands: Beat["hands"];
  hand: (body: { action: "raise" | "lower" } | { action: "problem"; text: string }) => Promise<void>;
};

/** Asks for a proctor, also while the exam is paused. */
export function Help({ hands, hand }: Props) {
  const [text, setText] = useState("");
  return (
    <section aria-label="Help" className="panel flex flex-wrap items-center gap-3 p-3.5">
      {hands.length > 0 ? (
        <>
          <p role="status" className="flex-1 font-[560]">
            {hands.some((hand) => hand.kind === "PROBLEM") ? "Your problem was reported." : "Your hand is raised."} A proctor has
            been told.
          </p>
          <Button onClick={() => void hand({ action: "lower" })}>Lower hand</Button>
        </>
      ) : (
        <>
          <Button onClick={() => void hand({ action: "raise" })}>Raise hand</Button>
          <label className="min-w-40 flex-1">
            <span className="sr-only">What the problem is</span>
            <input
              className="input"
              maxLength={1000}
              placeholder="Or say what the problem is"
              value={text}
              onChange={(event) => setText(event.target.value)}
            />
          </label>
          <Button
            disabled={text.trim().length < 3}
            onClick={() => void hand({ action: "problem", text }).then(() => setText(""))}
          >
            Report a problem
          </Button>
        </>
      )}
    </section>
  );
}
