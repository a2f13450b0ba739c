/**
 * Wollack's ω (1997): by how many standard deviations a student's matches with another exceed what their own ability lets expect,
 * the other's answers taken as given. It has a direction in its condition, not in what it shows: both are computed, and two high
 * values do not say who copied. `chances[i]`: how likely this student, alone, chooses what the other chose on item i.
 */
export function omega(matched: readonly boolean[], chances: readonly number[]): number | null {
  let [matches, expected, variance] = [0, 0, 0];
  chances.forEach((p, item) => {
    if (matched[item]) matches++;
    expected += p;
    variance += p * (1 - p);
  });
  return variance > 0 ? (matches - expected) / Math.sqrt(variance) : null;
}
