import { bytes } from "~/platform/format.ts";
import { createStatement, dropStatement, redundant } from "../indexes/classes.ts";
import { check } from "./finding.ts";

export const duplicateIndex = check({
  id: "0002",
  name: "duplicate-index",
  title: "Redundant index",
  level: "warning",
  why: "Another index begins with the same columns in the same order, so it serves every search that this one serves.",
  needs: ["indexes"],
  run: (view) =>
    redundant(view.rows("indexes")!.filter((row) => !row.is_partition)).map(({ index, covers, kind }) => ({
      subject: index.name,
      says: `${kind === "duplicate" ? "the same as" : "the beginning of"} ${covers.name}${index.bytes === null ? "" : `, ${bytes(index.bytes)}`}`,
      fix: dropStatement(index),
      undo: createStatement(index),
      link: "/database/indexes",
    })),
});
