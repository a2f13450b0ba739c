export type StoredBackup = { id: string; state: string; startedAt: number; startSegment: string | null; good: boolean };
export type RetentionPolicy = { count: number; days: number };

/**
 * Which backups may go: beyond the count and older than the days, never the last good one. And from which segment on the
 * archive must stay: the first one that the oldest kept backup needs.
 */
export function retire(
  backups: readonly StoredBackup[],
  promise: RetentionPolicy,
  now: number,
): { remove: string[]; keepFrom: string | null } {
  const done = backups.filter((backup) => backup.state === "DONE").sort((a, b) => b.startedAt - a.startedAt);
  const lastGood = done.find((kept) => kept.good) ?? done[0];
  const remove = done
    .filter((kept, index) => index >= promise.count && now - kept.startedAt > promise.days * 86_400_000 && kept !== lastGood)
    .map((kept) => kept.id);
  const left = done.filter((kept) => !remove.includes(kept.id));
  const segments = left.map((kept) => kept.startSegment).filter((name) => name !== null);
  // A kept backup without a known beginning keeps all of the archive.
  const keepFrom = left.length === 0 || segments.length < left.length ? null : segments.reduce((a, b) => (a < b ? a : b));
  return { remove, keepFrom };
}
