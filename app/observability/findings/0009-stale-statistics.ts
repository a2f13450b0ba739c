import { about, ago } from "~/platform/format.ts";
import { quote } from "../indexes/classes.ts";
import { check } from "./finding.ts";

const MANY_ROWS = 5000;

export const staleStatistics = check({
  id: "0009",
  name: "stale-statistics",
  title: "Planner works with old statistics",
  level: "warning",
  why: "More than half of the rows have changed since the table was analyzed, or it never was: plans are guesses.",
  needs: ["tables"],
  run: (view) =>
    view
      .rows("tables")!
      .filter((row) => row.live >= MANY_ROWS && (!row.analyzed_at || row.modified > row.live / 2))
      .map((row) => ({
        subject: row.name,
        says: `${about(row.modified)} of ${about(row.live)} rows changed, analyzed ${row.analyzed_at ? ago(row.analyzed_at, view.now) : "never"}`,
        fix: `ANALYZE ${quote(row.name)};`,
        link: "/database/maintenance",
      })),
});
