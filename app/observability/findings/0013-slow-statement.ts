import { count, milliseconds } from "~/platform/format.ts";
import { brief } from "../queries/mask.ts";
import { check } from "./finding.ts";

const SLOW_MS = 1000;

export const slowStatement = check({
  id: "0013",
  name: "slow-statement",
  title: "Slow statement",
  level: "warning",
  why: "Its mean over the last day is above 1 s.",
  needs: [],
  needsStatements: true,
  run: (view) =>
    view
      .statements!.filter((statement) => statement.calls >= 2 && statement.total_ms / statement.calls > SLOW_MS)
      .slice(0, 20)
      .map((statement) => ({
        subject: statement.query_id,
        says: `${milliseconds(statement.total_ms / statement.calls)} on average over ${count(statement.calls)} calls: ${brief(statement.text ?? "(text not available)", 120)}`,
        fix: null,
        link: `/database/queries/${statement.query_id}`,
      })),
});
