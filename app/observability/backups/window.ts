export type Stretch = { from: number; to: number };
/** `whole`: the archive has all the WAL that was written while it was taken. */
type Base = { finishedAt: number; whole: boolean };
type Hole = { from: number; to: number };

/**
 * The moments that the database can be brought back to. From the end of a backup on, as far as the archive reaches
 * without a hole; past a hole only from a backup that was taken after it.
 */
export function recoverable(bases: readonly Base[], holes: readonly Hole[], archivedUntil: number): Stretch[] {
  const stretches: Stretch[] = [];
  for (const { finishedAt } of bases.filter((base) => base.whole).sort((a, b) => a.finishedAt - b.finishedAt)) {
    const hole = holes.filter((hole) => hole.to > finishedAt).sort((a, b) => a.from - b.from)[0];
    // At least its own end, whatever is missing after it.
    const to = Math.max(finishedAt, Math.min(hole?.from ?? archivedUntil, archivedUntil));
    const last = stretches.at(-1);
    if (last && last.to >= finishedAt) last.to = Math.max(last.to, to);
    else stretches.push({ from: finishedAt, to });
  }
  return stretches;
}
