import { useSyncExternalStore } from "react";
import { connection } from "~/ui/connection.ts";
import { Clock } from "~/ui/time/time.tsx";

/** Over whatever page is looked at: what it shows is from before. */
export function NoAnswer() {
  const since = useSyncExternalStore(connection.listen, connection.since, () => null);
  if (since === null) return null;
  return (
    <div
      role="status"
      className="fixed inset-x-4 bottom-4 z-50 mx-auto w-fit max-w-[calc(100%-2rem)] rounded-control border border-warn bg-panel px-4 py-2.5 max-md:bottom-16"
      style={{ boxShadow: "var(--shadow)" }}
    >
      <span className="font-[560]">
        No answer since <Clock at={new Date(since)} withSeconds />.
      </span>{" "}
      These values are from then. Updates resume by themselves.
    </div>
  );
}
