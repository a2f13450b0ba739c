import { useFormRefusal } from "~/ui/form/form.tsx";
import type { Seen } from "./gradebook-cells.ts";

type Props = { name: string; label: string; at: string; seen: Seen; manage: boolean };

/** One grade. What was refused stays as it was typed, and says why where it stands. */
export function GradeCell({ name, label, at, seen, manage }: Props) {
  const refused = useFormRefusal();
  const field = `score:${name}`;
  const error = refused?.fields[field]?.[0];
  return (
    <td>
      <input type="hidden" name={`seen:${name}`} value={refused?.values[`seen:${name}`] ?? JSON.stringify(seen)} />
      <input
        key={refused ? "typed" : "fresh"}
        className={`input !w-[72px] text-right ${error ? "!border-bad" : ""}`}
        name={field}
        inputMode="decimal"
        autoComplete="off"
        aria-label={label}
        aria-invalid={error ? true : undefined}
        title={error}
        data-cell={at}
        disabled={!manage}
        defaultValue={refused?.values[field] ?? seen.score}
        maxLength={20}
      />
    </td>
  );
}
