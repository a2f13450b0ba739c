const ranked = new WeakMap<readonly object[], readonly object[]>();

/**
 * Alternately by size and by activity: with a limit on how many are shown, neither a large table that nobody reads nor a
 * small one that everybody reads is left out for empty ones. Sorted once for each sample.
 */
export function byImportance<Row extends object>(
  rows: readonly Row[],
  size: (row: Row) => number,
  work: (row: Row) => number,
): readonly Row[] {
  const known = ranked.get(rows);
  if (known) return known as readonly Row[];
  const bySize = [...rows].sort((a, b) => size(b) - size(a));
  const byWork = [...rows].sort((a, b) => work(b) - work(a));
  const order = new Set<Row>();
  rows.forEach((_, i) => order.add(bySize[i]!).add(byWork[i]!));
  const found = [...order];
  ranked.set(rows, found);
  return found;
}
