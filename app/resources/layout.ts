/** What a person asked of the columns: these are ticked, and one of them may be moved a place. */
export function columnsAfter(ticked: readonly string[], act: string): string[] {
  const next = [...new Set(ticked)];
  const [way, key] = act.split(" ");
  const at = next.indexOf(key ?? "");
  const to = way === "up" ? at - 1 : way === "down" ? at + 1 : at;
  if (at < 0 || to < 0 || to >= next.length) return next;
  [next[at], next[to]] = [next[to]!, next[at]!];
  return next;
}
