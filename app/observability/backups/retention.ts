export type Kept = { id: string; state: string; startedAt: number; startSegment: string | null; good: boolean };
export type Promise_ = { count: number; days: number };

/**
 * Which backups may go: beyond the count and older than the days, never the last good one. And from which segment on the
 * archive must stay: the first one that the oldest kept backup needs.
 */
export function retire(backups: readonly Kept[], promise: Promise_, now: number): { remove: string[]; keepFrom: string | null } {
  const done = backups.filter((one) => one.state === "DONE").sort((a, b) => b.startedAt - a.startedAt);
  const lastGood = done.find((one) => one.good) ?? done[0];
  const remove = done
    .filter((one, index) => index >= promise.count && now - one.startedAt > promise.days * 86_400_000 && one !== lastGood)
    .map((one) => one.id);
  const left = done.filter((one) => !remove.includes(one.id));
  const segments = left.map((one) => one.startSegment).filter((name) => name !== null);
  // A kept backup without a known beginning keeps all of the archive.
  const keepFrom = left.length === 0 || segments.length < left.length ? null : segments.reduce((a, b) => (a < b ? a : b));
  return { remove, keepFrom };
}
