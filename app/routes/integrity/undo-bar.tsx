import { Form, useSearchParams } from "@remix-run/react";
import { useEffect, useState } from "react";
import { Notice } from "~/ui/feedback/empty.tsx";

const SAID: Record<string, string> = {
  CLEARED: "Cleared",
  INCONCLUSIVE: "Marked unclear",
  VIOLATION: "A violation stands",
  SECOND: "Handed to a second reviewer",
  THIRD: "Handed to a third reviewer",
};

/** What was just decided, and ten seconds in which it can be taken back. Without a script it stays until the next page. */
export function UndoBar({ now }: { now: Date | string }) {
  const [params] = useSearchParams();
  const decision = params.get("decided");
  const until = Number(params.get("until") ?? 0);
  const [left, setLeft] = useState<number | null>(null);
  // By the server's clock, which decides it: the reader's may be wrong by hours. From then on only its seconds count.
  const remaining = until - new Date(now).getTime();
  useEffect(() => {
    if (!decision) return;
    const end = performance.now() + remaining;
    const tick = () => setLeft(Math.max(0, Math.ceil((end - performance.now()) / 1000)));
    tick();
    const timer = setInterval(tick, 250);
    return () => clearInterval(timer);
  }, [decision, remaining]);
  if (params.get("late"))
    return <Notice tone="warn" title="Too late to undo: ten seconds have passed, or someone has acted on it." />;
  if (params.get("undone")) return <Notice tone="neutral" title="Undone. The attempt is yours again." />;
  if (!decision || left === 0 || (left === null && remaining <= 0)) return null;
  return (
    <div role="status" className="flex flex-wrap items-center gap-3 rounded-control bg-sunk px-3 py-2">
      <span>
        {SAID[params.get("as") ?? ""] ?? "Decided"}: candidate {params.get("no")}.
      </span>
      <Form method="post" action="/integrity/undo">
        <input type="hidden" name="decisionId" value={decision} />
        <button className="link font-[560]" data-undo>
          Undo{left === null ? "" : ` (${left} s)`}
        </button>
      </Form>
      <span className="ml-auto hidden text-[12px] text-muted md:inline">Z undoes</span>
    </div>
  );
}
