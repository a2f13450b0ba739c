import { rebuildStatement } from "../indexes/classes.ts";
import { check } from "./finding.ts";

export const invalidIndex = check({
  id: "0003",
  name: "invalid-index",
  title: "Invalid index",
  level: "error",
  why: "A CREATE INDEX CONCURRENTLY failed half-way: writes keep it up to date, and no query may use it.",
  needs: ["indexes", "progress"],
  run(view) {
    // One that is being built right now is not a failure.
    const building = new Set(
      view
        .rows("progress")!
        .filter((row) => row.kind === "create index")
        .map((row) => row.relation),
    );
    return view
      .rows("indexes")!
      .filter((row) => !row.is_valid && !building.has(row.table_name))
      .map((row) => ({
        subject: row.name,
        says: `invalid, on ${row.table_name}`,
        fix: rebuildStatement(row),
        link: "/database/indexes",
      }));
  },
});
