import { about } from "~/platform/format.ts";
import { unindexedForeignKeys } from "../indexes/classes.ts";
import { check } from "./finding.ts";

const MANY_ROWS = 10_000;

export const unindexedForeignKey = check({
  id: "0005",
  name: "unindexed-foreign-key",
  title: "Foreign key without an index",
  level: "warning",
  why: "Deleting or moving a row it points to reads the whole table, and holds a lock while it does.",
  needs: ["foreignKeys", "indexes", "tables"],
  run: (view) =>
    unindexedForeignKeys(view.rows("foreignKeys")!, view.rows("indexes")!, view.rows("tables")!)
      .filter((key) => key.table_rows >= MANY_ROWS)
      .map((key) => ({
        subject: `${key.table_name}.${key.name}`,
        says: `(${key.column_names.join(", ")}) → ${key.referenced}, ${about(key.table_rows)} rows`,
        fix: key.statement,
        link: "/database/indexes",
      })),
});
