/** Fields whose values never enter the log: who holds the log must not hold them. */
const KEPT_OUT =
  /password|secret|token|hash|correct_?answer|answer_?text|is_?correct|selected_?option|accepted_?answer|numeric_?(answer|tolerance)|totp|recovery_?code/i;

export type Diff = Record<string, [before: unknown, after: unknown]>;

type Fields = Record<string, unknown>;

function plain(value: unknown): unknown {
  if (value instanceof Date) return value.toISOString();
  if (typeof value === "bigint") return value.toString();
  return value ?? null;
}

const HIDDEN = "[kept out]";

/** Secrets may lie deeper than the field that holds them. */
function shown(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shown);
  if (typeof value !== "object" || value === null || value instanceof Date) return plain(value);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, KEPT_OUT.test(key) ? HIDDEN : shown(inner)]));
}

/** Only what changed, secrets named but not shown. */
export function minimalDiff(before: Fields | null | undefined, after: Fields | null | undefined): Diff {
  const diff: Diff = {};
  for (const key of new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])) {
    const was = plain(before?.[key]);
    const is = plain(after?.[key]);
    if (JSON.stringify(was) === JSON.stringify(is)) continue;
    diff[key] = KEPT_OUT.test(key) ? [HIDDEN, HIDDEN] : [shown(was), shown(is)];
  }
  return diff;
}
