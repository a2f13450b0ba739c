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
      .statements!.filter((one) => one.calls >= 2 && one.total_ms / one.calls > SLOW_MS)
      .slice(0, 20)
      .map((one) => ({
        subject: one.query_id,
        says: `${milliseconds(one.total_ms / one.calls)} on average over ${count(one.calls)} calls: ${brief(one.text ?? "(text not available)", 120)}`,
        fix: null,
        link: `/database/queries/${one.query_id}`,
      })),
});
