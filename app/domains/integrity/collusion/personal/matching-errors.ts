/**
 * K2 (Sotaridona and Meijer, 2002) and S1 (2003): how likely someone with so many wrong answers shares so many of another's errors.
 * Students are grouped by how many answers they have wrong; each group's mean share of the other's errors is smoothed over groups.
 */
export type Group = {
  /** Wrong answers of everybody in the group. */
  wrong: number;
  students: number;
  /** Mean number of the source's errors that they share. */
  shared: number;
};

/** A weighted least squares fit of a polynomial, by the normal equations; lower degree where there are too few groups. */
export function fitPolynomial(x: readonly number[], y: readonly number[], weight: readonly number[], degree: number): number[] {
  const size = Math.min(degree, new Set(x).size - 1) + 1;
  const matrix = Array.from({ length: size }, (_, row) => [
    ...Array.from({ length: size }, (_, column) => x.reduce((sum, value, k) => sum + weight[k]! * value ** (row + column), 0)),
    x.reduce((sum, value, k) => sum + weight[k]! * y[k]! * value ** row, 0),
  ]);
  for (let pivot = 0; pivot < size; pivot++) {
    const best = matrix
      .slice(pivot)
      .reduce((most, row, at) => (Math.abs(row[pivot]!) > Math.abs(matrix[most]![pivot]!) ? pivot + at : most), pivot);
    [matrix[pivot], matrix[best]] = [matrix[best]!, matrix[pivot]!];
    for (let row = 0; row < size; row++) {
      if (row === pivot) continue;
      const factor = matrix[row]![pivot]! / matrix[pivot]![pivot]!;
      for (let column = pivot; column <= size; column++) matrix[row]![column]! -= factor * matrix[pivot]![column]!;
    }
  }
  return matrix.map((row, at) => row[size]! / row[at]!);
}

const at = (coefficients: readonly number[], x: number) => coefficients.reduce((sum, c, power) => sum + c * x ** power, 0);

/** P(at least m of n) with a chance of p each. */
export function binomialTail(n: number, p: number, m: number): number {
  if (m <= 0) return 1;
  if (p <= 0) return 0;
  if (p >= 1) return m <= n ? 1 : 0;
  let term = (1 - p) ** n;
  let below = 0;
  for (let k = 0; k < m && k <= n; k++) {
    below += term;
    term *= ((n - k) / (k + 1)) * (p / (1 - p));
  }
  return Math.max(0, 1 - below);
}

/** K2: the share of the source's errors by a quadratic over groups, then a binomial tail. */
export function k2(
  groups: readonly Group[],
  given: { items: number; sourceWrong: number; wrong: number; shared: number },
): number | null {
  if (groups.length === 0 || given.sourceWrong === 0) return null;
  const fit = fitPolynomial(
    groups.map((group) => group.wrong / given.items),
    groups.map((group) => group.shared / given.sourceWrong),
    groups.map(() => 1),
    2,
  );
  const p = Math.min(0.999, Math.max(0.001, at(fit, given.wrong / given.items)));
  return binomialTail(given.sourceWrong, p, given.shared);
}

/** S1: the mean number of shared errors log-linear in the number of wrong answers, then a Poisson tail cut at all of them. */
export function s1(groups: readonly Group[], given: { sourceWrong: number; wrong: number; shared: number }): number | null {
  if (groups.length === 0 || given.sourceWrong === 0) return null;
  const mean = poissonRegression(groups)(given.wrong);
  let term = Math.exp(-mean);
  let tail = 0;
  for (let k = 0; k <= given.sourceWrong; k++) {
    if (k >= given.shared) tail += term;
    term *= mean / (k + 1);
  }
  return Math.min(1, tail);
}

/** log mean = a + b × wrong, by Newton's method; a mean alone where all groups are one. */
export function poissonRegression(groups: readonly Group[]): (wrong: number) => number {
  const all = groups.reduce((sum, group) => sum + group.students, 0);
  const mean = groups.reduce((sum, group) => sum + group.students * group.shared, 0) / all;
  const centre = groups.reduce((sum, group) => sum + group.students * group.wrong, 0) / all;
  let [a, b] = [Math.log(Math.max(mean, 1e-9)), 0];
  if (new Set(groups.map((group) => group.wrong)).size > 1)
    for (let step = 0; step < 50; step++) {
      let [ga, gb, haa, hab, hbb] = [0, 0, 0, 0, 0];
      for (const { wrong, students, shared } of groups) {
        const x = wrong - centre;
        const mu = Math.exp(a + b * x);
        ga += students * (shared - mu);
        gb += students * (shared - mu) * x;
        haa += students * mu;
        hab += students * mu * x;
        hbb += students * mu * x * x;
      }
      const determinant = haa * hbb - hab * hab;
      if (!(determinant > 1e-12)) break;
      const [da, db] = [(ga * hbb - gb * hab) / determinant, (gb * haa - ga * hab) / determinant];
      a += da;
      b += db;
      if (Math.abs(da) + Math.abs(db) < 1e-10) break;
    }
  return (wrong) => Math.exp(a + b * (wrong - centre));
}
