import { Value } from "./cell.tsx";
import type { Change } from "./changes.ts";

const none = (value: unknown) => value === null || value === undefined || value === "";

/** What ids are called, by field. */
type Labels = Record<string, Record<string, string>>;

function Said({ field, value, labels }: { field: Change["field"]; value: unknown; labels?: Labels }) {
  if (none(value)) return <>nothing</>;
  const called = field && labels?.[field.key]?.[String(value)];
  if (called) return <>{called}</>;
  if (field && typeof value !== "object") return <Value field={field} value={value} />;
  return <>{typeof value === "string" ? value : JSON.stringify(value)}</>;
}

/** What was and what is, in the words of the fields. */
export function Changes({ list, labels }: { list: readonly Change[]; labels?: Labels }) {
  return list.map(({ label, field, before, after }) => (
    <p key={label} className="text-[12px] break-words">
      <span className="text-muted">{label}:</span>{" "}
      {!none(before) && (
        <>
          <del className="text-muted">
            <Said field={field} value={before} labels={labels} />
          </del>{" "}
          →{" "}
        </>
      )}
      <ins className="no-underline">
        <Said field={field} value={after} labels={labels} />
      </ins>
    </p>
  ));
}
