import { minimalDiff, type Diff } from "~/audit/diff.ts";
import type { FieldView } from "./view.ts";

/** One field of one act, by the name that people know. */
export type Change = { label: string; field: FieldView | null; before: unknown; after: unknown };

/** `capacityPerDay` reads "Capacity per day" where no field says how it is called. */
const spaced = (key: string) =>
  key.charAt(0).toUpperCase() + key.slice(1).replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);

export const labelled = (fields: readonly FieldView[], diff: Diff): Change[] =>
  Object.entries(diff).map(([key, [before, after]]) => {
    const field = fields.find((field) => field.key === key) ?? null;
    return { label: field?.label ?? spaced(key), field, before, after };
  });

type Values = Record<string, unknown>;

/** What is other in a record after an act than before it; that it was changed is not a change. */
export function changesBetween(fields: readonly FieldView[], before: Values, after: Values): Change[] {
  const { updatedAt: _, ...diff } = minimalDiff(before, after);
  return labelled(fields, diff);
}
