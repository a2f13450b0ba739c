import type { Cell, Comparison } from "~/domains/integrity/collusion/compare.server.ts";
import { orderOfAnswers } from "~/domains/integrity/collusion/order-of-answers.ts";
import { clockTime, plural, seconds } from "~/platform/format.ts";
import { useZone } from "~/ui/time/time.tsx";

const TOP = 16;
const BOTTOM = 92;
const HEIGHT = 124;

type Timed = Cell & { aAt: Date; bAt: Date };

/** Two wrong alike, or two different ones; two right answers in common say nothing, and stay quiet. */
function lookOf(cell: Cell): { color: string; opacity: number; says: string } {
  if (cell.leftOut) return { color: "var(--faint)", opacity: 0.3, says: "not counted, its key looks wrong" };
  if (cell.a !== cell.b) return { color: "var(--warn)", opacity: 0.55, says: "different answers" };
  return cell.aWrong
    ? { color: "var(--bad)", opacity: 0.9, says: "the same wrong answer" }
    : { color: "var(--muted)", opacity: 0.25, says: "both right" };
}

/** When both gave each answer, by one clock: a line for each question, from one candidate to the other. */
export function PairTimeline({ comparison, own }: { comparison: Comparison; own: number | string }) {
  const zone = useZone();
  const timed = comparison.cells.filter((cell): cell is Timed => cell.aAt !== null && cell.bAt !== null);
  if (timed.length < 2) return null;
  const times = comparison.cells.flatMap((cell) => [cell.aAt, cell.bAt]).flatMap((at) => (at ? [at.getTime()] : []));
  const from = Math.min(...times);
  const to = Math.max(from + 60_000, ...times);
  const x = (at: Date) => `${(0.6 + ((at.getTime() - from) / (to - from)) * 98.8).toFixed(2)}%`;
  const other = comparison.other.candidateNo;
  const order = orderOfAnswers(comparison.cells);
  return (
    <figure className="mt-4">
      <figcaption className="mb-1 text-[12px] text-muted">When both gave their answers, as last changed</figcaption>
      <svg
        width="100%"
        height={HEIGHT}
        role="img"
        aria-label={`Times of ${plural(timed.length, "answer")} of candidates ${own} and ${other} on one clock. The table below has them all.`}
      >
        <text x="0" y={11} fontSize="11" fill="var(--muted)">
          Candidate {own}
        </text>
        <text x="0" y={BOTTOM + 16} fontSize="11" fill="var(--muted)">
          Candidate {other}
        </text>
        {[TOP + 4, BOTTOM].map((y) => (
          <line key={y} x1="0" x2="100%" y1={y} y2={y} stroke="var(--hairline)" />
        ))}
        {[...timed]
          .sort((one, two) => lookOf(one).opacity - lookOf(two).opacity)
          .map((cell) => {
            const { color, opacity, says } = lookOf(cell);
            return (
              <g key={cell.place} stroke={color} fill={color} strokeOpacity={opacity} fillOpacity={opacity}>
                <line x1={x(cell.aAt)} x2={x(cell.bAt)} y1={TOP + 4} y2={BOTTOM} strokeWidth={1.4} />
                <circle cx={x(cell.aAt)} cy={TOP + 4} r={2.4} stroke="none" />
                <circle cx={x(cell.bAt)} cy={BOTTOM} r={2.4} stroke="none" />
                <title>{`Question ${cell.place}, ${says}: ${clockTime(cell.aAt, zone, true)} and ${clockTime(cell.bAt, zone, true)}`}</title>
              </g>
            );
          })}
        {[from, (from + to) / 2, to].map((at, index) => (
          <text
            key={at}
            x={x(new Date(at))}
            y={HEIGHT - 2}
            fontSize="11"
            fill="var(--muted)"
            textAnchor={index === 0 ? "start" : index === 1 ? "middle" : "end"}
          >
            {clockTime(new Date(at), zone)}
          </text>
        ))}
      </svg>
      {order && (
        <p className="mt-1 max-w-[110ch]">
          Of {plural(order.of, "identical wrong answer")}, candidate {own} gave {order.firstA} first and candidate {other}{" "}
          {order.firstB}; the middle one lies {seconds(order.medianGap)} apart. This does not say who saw whose answers: both may
          have had them from someone else.
        </p>
      )}
      <TimesTable timed={timed} own={own} other={other} zone={zone} />
    </figure>
  );
}

const TimesTable = ({ timed, own, other, zone }: { timed: Timed[]; own: number | string; other: number; zone: string }) => (
  <details className="mt-1 text-[12px]">
    <summary className="w-fit text-muted">as a table</summary>
    <table className="rows mt-1 max-w-xl">
      <thead>
        <tr>
          <th className="num">Question</th>
          <th className="num">Candidate {own}</th>
          <th className="num">Candidate {other}</th>
          <th>Answers</th>
        </tr>
      </thead>
      <tbody>
        {timed.map((cell) => (
          <tr key={cell.place}>
            <td className="num">{cell.place}</td>
            <td className="num">{clockTime(cell.aAt, zone, true)}</td>
            <td className="num">{clockTime(cell.bAt, zone, true)}</td>
            <td>{lookOf(cell).says}</td>
          </tr>
        ))}
      </tbody>
    </table>
  </details>
);
