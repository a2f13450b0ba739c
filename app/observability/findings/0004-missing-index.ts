import { count, seconds } from "~/platform/format.ts";
import { suggestedIndexes } from "../indexes/missing.ts";
import { check } from "./finding.ts";

export const missingIndex = check({
  id: "0004",
  name: "missing-index",
  title: "Suggested index (estimate)",
  level: "warning",
  why: "Statements read many blocks for each call, and their conditions name columns that no index begins with. An estimate from their texts: check it with EXPLAIN.",
  needs: ["indexes", "columnStats"],
  needsStatements: true,
  run: (view) =>
    suggestedIndexes(view.statements!, view.rows("columnStats")!, view.rows("indexes")!, view.now).map((index) => ({
      subject: `${index.table} (${index.columns.join(", ")})`,
      says: `${index.queries.length === 1 ? "One statement" : `${index.queries.length} statements`}, ${count(index.queries.reduce((sum, query) => sum + query.calls, 0))} calls, ${seconds(index.total_ms / 1000)} in a day; each ${index.why}`,
      fix: index.statement,
      undo: null,
      link: `/database/queries/${index.queries[0]!.query_id}`,
    })),
});
