/** One saved version of an answer, in the order of saving. `right` is null where the key is not open, or there is none. */
export type Version = { place: number; option: string | null; text: string | null; right: boolean | null; at: string };

export type Changes = {
  versions: number;
  /** Answers that were given and later changed to another one. */
  changed: number;
  wrongToRight: number;
  rightToWrong: number;
  wrongToWrong: number;
  /** The most wrong-to-right changes in a row, without another change between them. */
  longestRun: number;
};

const same = (x: Version, y: Version) => x.option === y.option && (x.text ?? "") === (y.text ?? "");

/** What the versions of one attempt say about its changes. Filling a blank is no change, and neither is emptying an answer. */
export function changesOf(versions: readonly Version[]): Changes {
  const found: Changes = {
    versions: versions.length,
    changed: 0,
    wrongToRight: 0,
    rightToWrong: 0,
    wrongToWrong: 0,
    longestRun: 0,
  };
  const last = new Map<number, Version>();
  let run = 0;
  for (const version of versions) {
    const before = last.get(version.place);
    // An emptied answer is remembered as what it was: whoever clears and chooses again has changed it once.
    if (version.option === null && !version.text) continue;
    last.set(version.place, version);
    if (!before || same(before, version)) continue;
    found.changed++;
    if (before.right === null || version.right === null) {
      run = 0;
      continue;
    }
    if (!before.right && version.right) found.wrongToRight++;
    else if (before.right) found.rightToWrong++;
    else found.wrongToWrong++;
    run = !before.right && version.right ? run + 1 : 0;
    found.longestRun = Math.max(found.longestRun, run);
  }
  return found;
}
