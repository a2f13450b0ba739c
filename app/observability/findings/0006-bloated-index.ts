import { bytes } from "~/platform/format.ts";
import { bloated, rebuildStatement } from "../indexes/classes.ts";
import { check } from "./finding.ts";

export const bloatedIndex = check({
  id: "0006",
  name: "bloated-index",
  title: "Index much larger than its entries need (estimate)",
  level: "note",
  why: "Deleted entries left holes: it takes more memory and more reads than it should. Estimated from the number and width of its entries.",
  needs: ["indexes"],
  run: (view) =>
    bloated(view.rows("indexes")!).map((row) => ({
      subject: row.name,
      says: `${bytes(row.bytes!)}, about ${bytes(row.ideal_bytes)} would do`,
      fix: rebuildStatement(row),
      link: "/database/indexes",
    })),
});
