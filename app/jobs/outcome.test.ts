import { expect, it } from "vitest";
import { outcomeOf } from "./outcome.ts";

// What the handlers leave behind; breaks when a job that wrote nothing is shown as done.
it.each([
  ["a bulk action whose only row was refused", "DONE", { changed: 0, failed: 1 }, "NOTHING_WRITTEN"],
  ["a bulk action whose rows had gone meanwhile", "DONE", { changed: 0, failed: 0 }, "NOTHING_WRITTEN"],
  ["a bulk action that did some", "DONE", { changed: 4, failed: 3 }, "WITH_ERRORS"],
  ["a bulk action that did all", "DONE", { changed: 7, failed: 0 }, "DONE"],
  ["an import of a faulty file", "DONE", { rows: 7, imported: 0, "lines with errors": 3, errors: [] }, "NOTHING_WRITTEN"],
  ["an import that skipped faulty lines", "DONE", { rows: 7, imported: 4, "lines with errors": 3, errors: [] }, "WITH_ERRORS"],
  ["an import of all", "DONE", { rows: 7, imported: 7, "lines with errors": 0, errors: [] }, "DONE"],
  ["a check that found faults", "DONE", { rows: 7, "would be imported": 4, "lines with errors": 3 }, "WITH_ERRORS"],
  ["a check that found none", "DONE", { rows: 7, "would be imported": 7, "lines with errors": 0 }, "DONE"],
  ["a verification that found a cut log", "DONE", { entries: 9, findings: 1, verdict: "cut" }, "WITH_ERRORS"],
  ["a job that says nothing", "DONE", {}, "DONE"],
  ["a job that broke", "FAILED", null, "FAILED"],
  ["a job that was stopped", "CANCELLED", null, "CANCELLED"],
  ["a job that waits", "QUEUED", null, "WAITING"],
  ["a job at work", "RUNNING", null, "RUNNING"],
])("%s", (_name, state, result, outcome) => {
  expect(outcomeOf({ state, result })).toBe(outcome);
});
