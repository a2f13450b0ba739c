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
    suggestedIndexes(view.statements!, view.rows("columnStats")!, view.rows("indexes")!).map((one) => ({
      subject: `${one.table} (${one.columns.join(", ")})`,
      says: `${one.queries.length === 1 ? "One statement" : `${one.queries.length} statements`}, ${count(one.queries.reduce((sum, query) => sum + query.calls, 0))} calls, ${seconds(one.total_ms / 1000)} in a day; each ${one.why}`,
      fix: one.statement,
      undo: null,
      link: `/database/queries/${one.queries[0]!.query_id}`,
    })),
});
