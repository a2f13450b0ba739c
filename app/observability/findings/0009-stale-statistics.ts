import { about } from "~/platform/format.ts";
import { quote } from "../indexes/quote.ts";
import { lastAt, rowsOf } from "../tables/counted.ts";
import { check } from "./finding.ts";

const MANY_ROWS = 5000;

export const staleStatistics = check({
  id: "0009",
  name: "stale-statistics",
  title: "Stale planner statistics",
  level: "warning",
  why: "More than half of the rows have changed since the table was analyzed, or it never was: plans are guesses.",
  needs: ["tables"],
  run: (view) =>
    view
      .rows("tables")!
      .map((row) => ({ ...row, n: rowsOf(row) }))
      // After a reset nobody knows when it was analyzed: that alone is no reason.
      .filter((row) => row.n >= MANY_ROWS && ((!row.analyzed_at && !row.stats_reset) || row.modified > row.n / 2))
      .map((row) => ({
        subject: row.name,
        says: `${about(row.modified)} of ${about(row.n)} rows changed, ${lastAt("analyzed", row.analyzed_at, row.stats_reset, view.now)}`,
        fix: `ANALYZE ${quote(row.name)};`,
        link: "/database/maintenance",
      })),
});
