import { bytes } from "~/platform/format.ts";
import {
  countedSince,
  createStatement,
  dropStatement,
  isOldEnough,
  neverUsed,
  scansEverywhere,
  UNUSED_AFTER_DAYS,
} from "../indexes/classes.ts";
import { check, type View } from "./finding.ts";

const LARGE = 1_000_000;

const since = (view: View) => countedSince(view.rows("indexes")!, view.standbys("indexes"));
const date = (at: Date) => at.toISOString().slice(0, 10);

export const unusedIndex = check({
  id: "0001",
  name: "unused-index",
  title: "Unused index",
  level: "warning",
  why: "Every write keeps it up to date and no query has used it since statistics began, on the primary or on any standby.",
  needs: ["indexes"],
  run(view) {
    const primary = view.rows("indexes")!;
    // With a standby that can't be asked, "never used" is not known.
    const scans = scansEverywhere(primary, view.standbys("indexes"));
    const begun = since(view);
    if (!scans || !isOldEnough(begun, view.now)) return [];
    return neverUsed(primary, scans)
      .filter((row) => !row.is_partition && (row.bytes ?? 0) >= LARGE)
      .map((row) => ({
        subject: row.name,
        says: `${bytes(row.bytes!)}, on ${row.table_name}, 0 scans on every server since ${date(begun)}`,
        fix: dropStatement(row),
        undo: createStatement(row),
        link: "/database/indexes",
      }));
  },
  blind(view) {
    const begun = since(view);
    if (isOldEnough(begun, view.now)) return null;
    return {
      reason: begun
        ? `Scans have been counted on every server since ${date(begun)}. An index counts as unused after ${UNUSED_AFTER_DAYS} days.`
        : "Since when every server counts scans is not known.",
      grant: null,
    };
  },
});
