import { bytes, plural } from "~/platform/format.ts";
import { bloated, rebuildStatement, unmeasurable } from "../indexes/classes.ts";
import { check } from "./finding.ts";

export const bloatedIndex = check({
  id: "0006",
  name: "bloated-index",
  title: "Bloated index",
  level: "note",
  why: "Deleted entries left holes: it takes more memory and more reads than it should. Measured where pgstattuple is installed, else estimated from the number and width of its entries.",
  needs: ["indexes", "indexDensity"],
  run: (view) =>
    bloated(view.rows("indexes")!, view.rows("indexDensity")!).map((row) => ({
      subject: row.name,
      says: `${bytes(row.bytes!)}, ${row.measured ? "measured" : "estimated"}: about ${bytes(row.ideal)} would do`,
      fix: rebuildStatement(row),
      link: "/database/indexes",
    })),
  blind(view) {
    const hidden = unmeasurable(view.rows("indexes")!, view.rows("indexDensity")!);
    if (hidden.length === 0) return null;
    return {
      reason: `The width of the entries of ${plural(hidden.length, "large index", "large indexes")} is not visible to the observer (${hidden
        .slice(0, 3)
        .map((row) => row.name)
        .join(", ")}${hidden.length > 3 ? ", …" : ""}).`,
      grant: "CREATE EXTENSION pgstattuple; -- or ANALYZE the table, and let the observer read its statistics",
    };
  },
});
