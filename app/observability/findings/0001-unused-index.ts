import { bytes } from "~/platform/format.ts";
import { createStatement, dropStatement, neverUsed, scansEverywhere } from "../indexes/classes.ts";
import { check } from "./finding.ts";

const LARGE = 1_000_000;

export const unusedIndex = check({
  id: "0001",
  name: "unused-index",
  title: "Index that nobody reads",
  level: "warning",
  why: "Every write keeps it up to date and no query has used it since statistics began, on the primary or on any standby.",
  needs: ["indexes"],
  run(view) {
    const primary = view.rows("indexes")!;
    // With a standby that can't be asked, "never used" is not known.
    const scans = scansEverywhere(primary, view.standbys("indexes"));
    if (!scans) return [];
    return neverUsed(primary, scans)
      .filter((row) => !row.is_partition && (row.bytes ?? 0) >= LARGE)
      .map((row) => ({
        subject: row.name,
        says: `${bytes(row.bytes!)}, on ${row.table_name}, 0 scans on every server`,
        fix: dropStatement(row),
        undo: createStatement(row),
        link: "/database/indexes",
      }));
  },
});
