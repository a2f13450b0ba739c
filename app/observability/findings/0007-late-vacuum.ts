import { about } from "~/platform/format.ts";
import { quote } from "../indexes/quote.ts";
import { dueTables, vacuumSettings } from "../maintenance/due.ts";
import { lastAt } from "../tables/counted.ts";
import { check } from "./finding.ts";

const LATE_MS = 3_600_000;

export const lateVacuum = check({
  id: "0007",
  name: "late-vacuum",
  title: "Vacuum is late",
  level: "warning",
  why: "There are far more dead rows than autovacuum's threshold, and it has not run: scans read rows that no one can see.",
  needs: ["tables", "settings"],
  run: (view) =>
    dueTables(view.rows("tables")!, vacuumSettings(view.rows("settings")!))
      .filter(
        (due) =>
          due.kind === "vacuum" &&
          due.reason === "dead rows" &&
          due.ratio > 1.5 &&
          (!due.lastAt || view.now.getTime() - due.lastAt.getTime() > LATE_MS),
      )
      .map((due) => ({
        subject: due.table,
        says: `${about(due.amount)} dead rows, threshold ${about(due.threshold)}, ${lastAt("vacuumed", due.lastAt, view.rows("tables")![0]?.stats_reset ?? null, view.now)}`,
        fix: `VACUUM (ANALYZE) ${quote(due.table)};`,
        link: "/database/maintenance",
      })),
});
