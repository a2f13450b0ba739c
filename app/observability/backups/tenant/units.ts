export type Edge = { before: string; after: string };

/**
 * Units in the order of their references, those that refer to each other in a circle as one. Tarjan's algorithm finds what
 * belongs together and names it after all that it waits for.
 */
export function orderUnits(units: readonly string[], edges: readonly Edge[]): string[][] {
  const waitsFor = new Map<string, string[]>(units.map((unit) => [unit, []]));
  for (const { before, after } of edges) if (before !== after) waitsFor.get(after)?.push(before);
  const index = new Map<string, number>();
  const low = new Map<string, number>();
  const open: string[] = [];
  const isOpen = new Set<string>();
  const ordered: string[][] = [];
  for (const start of units) {
    if (index.has(start)) continue;
    // Ten thousand units may stand in one chain: a list of its own instead of the call stack.
    const path: { unit: string; next: number }[] = [{ unit: start, next: 0 }];
    while (path.length > 0) {
      const frame = path.at(-1)!;
      const { unit } = frame;
      if (frame.next === 0) {
        index.set(unit, index.size);
        low.set(unit, index.get(unit)!);
        open.push(unit);
        isOpen.add(unit);
      }
      const before = waitsFor.get(unit)![frame.next++];
      if (before !== undefined) {
        if (!index.has(before) && waitsFor.has(before)) path.push({ unit: before, next: 0 });
        else if (isOpen.has(before)) low.set(unit, Math.min(low.get(unit)!, index.get(before)!));
        continue;
      }
      path.pop();
      const parent = path.at(-1)?.unit;
      if (parent) low.set(parent, Math.min(low.get(parent)!, low.get(unit)!));
      if (low.get(unit) !== index.get(unit)) continue;
      const together: string[] = [];
      for (let member; member !== unit;) {
        member = open.pop()!;
        isOpen.delete(member);
        together.push(member);
      }
      ordered.push(together.sort());
    }
  }
  return ordered;
}
