import { count, percent, plural } from "~/platform/format.ts";
import { quote, quoteName } from "../indexes/quote.ts";
import type { ProbeRow } from "../probes/all.ts";
import { check } from "./finding.ts";

const NEAR = 0.75;

type Sequence = ProbeRow<"sequences">;

/** How far it has gone towards its end, whichever way it counts. Null: not visible, or there is no end. */
function used(row: Sequence): number | null {
  if (!row.visible || row.cycles || row.limit_value <= 0) return null;
  return ((row.ascending ? 1 : -1) * (row.value ?? 0)) / row.limit_value;
}

function fixOf(row: Sequence): string {
  if (!row.column_is_narrower || !row.column_name) return `ALTER SEQUENCE ${quote(row.name)} AS bigint; -- and its column`;
  const dot = row.column_name.lastIndexOf(".");
  const [table, column] = [row.column_name.slice(0, dot), row.column_name.slice(dot + 1)];
  return `ALTER TABLE ${quote(table)} ALTER COLUMN ${quoteName(column)} TYPE bigint; -- writes the whole table anew, under a lock`;
}

export const sequenceEnd = check({
  id: "0015",
  name: "sequence-end",
  title: "Sequence near its end",
  level: "error",
  why: "When it reaches its end, or the largest value of its column, every insert into the table fails.",
  needs: ["sequences"],
  run: (view) =>
    view.rows("sequences")!.flatMap((row) => {
      const share = used(row);
      if (share === null || share <= NEAR) return [];
      const where = row.column_is_narrower ? `, the limit of ${row.column_name}` : "";
      return [
        {
          subject: row.name,
          says: `${count(row.value!)} of ${count(row.limit_value)} (${percent(share)})${where}`,
          fix: fixOf(row),
          link: "/database/tables",
        },
      ];
    }),
  blind(view) {
    const hidden = view.rows("sequences")!.filter((row) => !row.visible);
    if (hidden.length === 0) return null;
    const schemas = [...new Set(hidden.map((row) => quoteName(row.schema)))].join(", ");
    const observer = quoteName(hidden[0]!.reader);
    const names = hidden.slice(0, 3).map((row) => row.name);
    return {
      reason: `The value of ${plural(hidden.length, "sequence")} is not visible to the observer (${names.join(", ")}${hidden.length > 3 ? ", …" : ""}).`,
      grant: `GRANT SELECT ON ALL SEQUENCES IN SCHEMA ${schemas} TO ${observer}; ALTER DEFAULT PRIVILEGES IN SCHEMA ${schemas} GRANT SELECT ON SEQUENCES TO ${observer};`,
    };
  },
});
