import { seconds } from "~/platform/format.ts";
import { check } from "./finding.ts";

const LONG_S = 300;

export const preparedTransaction = check({
  id: "0017",
  name: "prepared-transaction",
  title: "Prepared transaction left open",
  level: "error",
  why: "It holds its locks and keeps vacuum from cleaning any table, even across a restart, and no session is left to end it.",
  needs: ["prepared"],
  run: (view) =>
    view
      .rows("prepared")!
      .filter((row) => row.seconds > LONG_S)
      .map((row) => ({
        subject: row.gid,
        says: `of ${row.owner} in ${row.database}, prepared ${seconds(row.seconds)} ago`,
        fix: `ROLLBACK PREPARED '${row.gid.replaceAll("'", "''")}'; -- or COMMIT PREPARED, in ${row.database}, by its owner`,
        link: "/database/maintenance",
      })),
});
