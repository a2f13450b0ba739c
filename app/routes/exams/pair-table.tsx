import { Link } from "@remix-run/react";
import { sayExpected } from "~/domains/integrity/score/score.ts";
import { decimal } from "~/platform/format.ts";
import { Panel } from "~/ui/layout/panel.tsx";
import { oneIn } from "../integrity/method.tsx";

type Pair = {
  id: string;
  ring: number | null;
  near: number | null;
  eeic: number;
  differences: number;
  ratio: number;
  log10p: number;
  expected: number;
  a: { id: string; no: number };
  b: { id: string; no: number };
};

/** Pairs of one class. "1 in N" stands only beside a pair that stands out, and never without how many are expected. */
export function PairTable({ title, pairs, chosen }: { title: string; pairs: Pair[]; chosen: string | null }) {
  if (pairs.length === 0) return null;
  const flagged = pairs.some((pair) => pair.ring !== null);
  const near = !flagged && pairs.some((pair) => pair.near !== null);
  return (
    <Panel flush title={title} aside="least likely first">
      <table className="rows">
        <thead>
          <tr>
            <th>Candidates</th>
            <th className="num">Same errors</th>
            <th className="num hidden sm:table-cell">Differences</th>
            <th className="num hidden md:table-cell">EEIC/D</th>
            {flagged && <th className="num">By chance</th>}
            <th className="num">{near ? "Expected with the group" : "Expected pairs"}</th>
            {flagged && <th className="hidden md:table-cell">Group</th>}
          </tr>
        </thead>
        <tbody>
          {pairs.map((pair) => (
            <tr key={pair.id} aria-selected={chosen === `${pair.a.id}_${pair.b.id}`}>
              <td>
                <Link
                  to={`?pair=${pair.a.id}_${pair.b.id}#side-by-side`}
                  className="font-[560] hover:underline"
                  preventScrollReset
                >
                  {pair.a.no} and {pair.b.no}
                </Link>
              </td>
              <td className="num">{pair.eeic}</td>
              <td className="num hidden sm:table-cell">{pair.differences}</td>
              <td className="num hidden md:table-cell">{decimal(pair.ratio / 100, pair.ratio >= 10_000 ? 0 : 1)}</td>
              {flagged && <td className="num">{oneIn(pair.log10p / 1000)}</td>}
              <td className="num">{sayExpected((near ? (pair.near ?? 0) : pair.expected) / 1000)}</td>
              {flagged && <td className="hidden md:table-cell">{pair.ring}</td>}
            </tr>
          ))}
        </tbody>
      </table>
    </Panel>
  );
}
