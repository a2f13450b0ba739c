type Cell = { userId: string; component: string; date: string; score: string; version: string; field: string };
/** What stood in a cell when the page was made: sent along, so that only what was changed is saved. */
export type Seen = { score: string; date: string; version: string };

const NOTHING_SEEN: Seen = { score: "", date: "", version: "" };

function seenIn(text: string | undefined): Seen {
  try {
    const { score, date, version } = JSON.parse(text ?? "") as Record<string, unknown>;
    return { score: String(score), date: String(date), version: String(version) };
  } catch {
    return NOTHING_SEEN;
  }
}

const same = (typed: string, seen: string) => typed === seen || (typed !== "" && seen !== "" && Number(typed) === Number(seen));

/** The cells of the grade book that were changed, from the fields of its form: another grade, or another day of their column. */
export function changedGrades(values: Readonly<Record<string, string>>): Cell[] {
  const cells: Cell[] = [];
  for (const [field, value] of Object.entries(values)) {
    const [kind, userId, column] = field.split(":");
    if (kind !== "score" || !userId || column === undefined) continue;
    const score = value.trim().replace(",", ".");
    const seen = seenIn(values[`seen:${userId}:${column}`]);
    const component = (values[`component:${column}`] ?? "").trim();
    const date = values[`date:${column}`] ?? "";
    const moved = score !== "" && seen.score !== "" && date !== seen.date;
    if (!same(score, seen.score) || moved) cells.push({ userId, component, date, score, version: seen.version, field });
  }
  return cells;
}
