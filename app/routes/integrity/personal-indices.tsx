import type { Fit, OneWay } from "~/domains/integrity/collusion/personal/of-exam.ts";
import { sayExpected } from "~/domains/integrity/score/score.ts";
import { decimal } from "~/platform/format.ts";

const figure = (value: number | null) => (value === null ? "–" : decimal(value, 2));
const chance = (value: number | null) => (value === null ? "–" : sayExpected(value));

/** Shown for a flagged pair only, folded away, and worth no points: what else the literature computes, and what it takes for granted. */
export function PersonalIndices({
  own,
  other,
  of,
}: {
  own: number;
  other: number;
  of: { own: OneWay; other: OneWay; fit: Fit | null };
}) {
  const sides: [string, OneWay][] = [
    [`Candidate ${own}, given the answers of ${other}`, of.own],
    [`Candidate ${other}, given the answers of ${own}`, of.other],
  ];
  return (
    <details className="mt-3 border-t pt-2 text-[12px]">
      <summary className="w-fit text-muted hover:text-ink">other indices, worth no points</summary>
      <table className="rows mt-1">
        <thead>
          <tr>
            <th>From the side of</th>
            <th className="num">ω</th>
            <th className="num">K2</th>
            <th className="num">S1</th>
          </tr>
        </thead>
        <tbody>
          {sides.map(([name, side]) => (
            <tr key={name}>
              <td>{name}</td>
              <td className="num">{figure(side.omega)}</td>
              <td className="num">{chance(side.k2)}</td>
              <td className="num">{chance(side.s1)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className="mt-2 max-w-[100ch] text-muted">
        These figures are of this one pair, which was found among all: many honest pairs of an exam reach them, and the number of
        pairs is not taken into account. Two high values do not say who copied. ω: matches above what the candidate&apos;s ability
        lets expect, in standard deviations. K2 and S1: how likely someone with as many wrong answers shares as many of the
        other&apos;s errors. All take answers as independent given ability.
      </p>
      {of.fit && (
        <p className="mt-1 max-w-[100ch] text-muted">
          How this attempt fits its own ability: lz* {figure(of.fit.lz)} (near 0 for most, far below 0 is a misfit), U3{" "}
          {figure(of.fit.u3)} (0: the easy ones right, 1: the hard ones). A misfit has many causes: a lucky guess, a gap in what
          was taught, a careless start.
        </p>
      )}
    </details>
  );
}
