/** Connected groups of the pairs that stand out, largest first; who copied from whom is not known, and not claimed. */
export function ringsOf(pairs: readonly { a: number; b: number }[]): number[][] {
  const parent = new Map<number, number>();
  const root = (x: number): number => {
    let at = x;
    while (parent.get(at) !== undefined && parent.get(at) !== at) at = parent.get(at)!;
    // Short cuts, so that a long chain is walked once.
    for (let next = x; next !== at;) {
      const after = parent.get(next)!;
      parent.set(next, at);
      next = after;
    }
    return at;
  };
  for (const { a, b } of pairs) {
    if (!parent.has(a)) parent.set(a, a);
    if (!parent.has(b)) parent.set(b, b);
    const [x, y] = [root(a), root(b)];
    if (x !== y) parent.set(Math.max(x, y), Math.min(x, y));
  }
  const groups = new Map<number, number[]>();
  for (const member of parent.keys()) {
    const r = root(member);
    groups.set(r, [...(groups.get(r) ?? []), member]);
  }
  return [...groups.values()].map((group) => group.sort((x, y) => x - y)).sort((x, y) => y.length - x.length || x[0]! - y[0]!);
}
