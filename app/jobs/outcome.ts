/** How a job stands, as people are told it: what ended without a fault may still have written nothing. */
export type JobOutcome = "WAITING" | "RUNNING" | "DONE" | "WITH_ERRORS" | "NOTHING_WRITTEN" | "FAILED" | "CANCELLED";

type Ended = { state: string; result: unknown };

const number = (result: Record<string, unknown>, key: string): number | null => {
  const value = result[key];
  return typeof value === "number" ? value : null;
};

/** What a job wrote, where writing is what it is for; null for one that looks only (a check, a verification). */
export function writtenBy(result: unknown): number | null {
  if (typeof result !== "object" || result === null) return null;
  const known = result as Record<string, unknown>;
  return number(known, "imported") ?? number(known, "changed") ?? number(known, "undone");
}

/** How much of what it was given it could not do, or found wrong. */
export function faultsOf(result: unknown): number {
  if (typeof result !== "object" || result === null) return 0;
  const known = result as Record<string, unknown>;
  return ["failed", "lines with errors", "findings", "conflicts"].reduce((sum, key) => sum + (number(known, key) ?? 0), 0);
}

export function outcomeOf({ state, result }: Ended): JobOutcome {
  switch (state) {
    case "QUEUED":
      return "WAITING";
    case "RUNNING":
      return "RUNNING";
    case "CANCELLED":
      return "CANCELLED";
    case "DONE":
      if (writtenBy(result) === 0) return "NOTHING_WRITTEN";
      return faultsOf(result) > 0 ? "WITH_ERRORS" : "DONE";
    default:
      return "FAILED";
  }
}
