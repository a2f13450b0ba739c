import { count, percent } from "~/platform/format.ts";
import { check } from "./finding.ts";

export const sequenceEnd = check({
  id: "0015",
  name: "sequence-end",
  title: "Sequence near its end",
  level: "error",
  why: "At the end every insert into its table fails.",
  needs: ["sequences"],
  run: (view) =>
    view
      .rows("sequences")!
      .filter((row) => row.limit_value > 0 && row.value / row.limit_value > 0.75)
      .map((row) => ({
        subject: row.name,
        says: `${count(row.value)} of ${count(row.limit_value)} (${percent(row.value / row.limit_value)})`,
        fix: `ALTER SEQUENCE ${row.name} AS bigint; -- and its column`,
        link: "/database/tables",
      })),
});
