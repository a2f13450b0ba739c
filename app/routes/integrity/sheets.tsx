import type { Comparison } from "~/domains/integrity/collusion/compare.server.ts";
import { sayExpected } from "~/domains/integrity/score/score.ts";
import { count, plural } from "~/platform/format.ts";

/** A pair in words that a committee understands; the figures behind them stand in the same sentence. */
export function sayPair(pair: Comparison): string {
  const base = `${plural(pair.eeic, "identical wrong answer")} and ${plural(pair.differences, "difference")} in ${plural(pair.common, "question")} that both answered.`;
  const { tested } = pair;
  if (tested && tested.ring === null && tested.nearGroup === null)
    return `${base} This pair does not stand out: ${sayExpected(tested.expected)} pairs as alike are expected by chance in an exam of this size.`;
  if (!tested) return `${base} Nothing about this pair stands out.`;
  const among =
    tested.atLeastAsMany !== null && tested.pairs > 0
      ? ` Of the ${count(tested.pairs)} pairs in this exam, ${tested.atLeastAsMany === 1 ? "no other has" : `${count(tested.atLeastAsMany)} have`} as many errors in common.`
      : "";
  const n = 10 ** -tested.log10p;
  const chance = n > 1e15 ? `one pair in 10^${Math.floor(-tested.log10p)}` : `one pair in ${large(n)}`;
  if (tested.nearGroup !== null)
    return `${base}${among} This is weaker, only because one of the two is in a flagged group: among the pairs with that group's members, ${sayExpected(tested.nearGroup)} as alike are expected by chance, and ${sayExpected(tested.expected)} in the whole exam. It is worth no points.`;
  const beside = tested.beside
    ? ` Among the ${count(tested.beside.pairs)} pairs who sat side by side, as these two did, ${sayExpected(tested.beside.expected)} are expected.`
    : "";
  return `${base}${among} By chance, ${chance} would look like this; ${sayExpected(tested.expected)} such pairs are expected by chance in an exam of this size.${beside}`;
}

function large(n: number): string {
  if (n < 1e6) return count(Number(n.toPrecision(2)));
  const [size, name] = n < 1e9 ? [1e6, "million"] : n < 1e12 ? [1e9, "billion"] : [1e12, "trillion"];
  return `${count(Number((n / size).toPrecision(2)))} ${name}`;
}

const CELL = "flex h-[22px] w-[18px] shrink-0 items-center justify-center rounded-[3px] text-[11px] mono";

/** Two answer sheets, one above the other: red is wrong for both alike, amber where they differ. */
export function Sheets({ comparison, first }: { comparison: Comparison; first: string }) {
  const row = (side: "a" | "b", name: string) => (
    <tr>
      <th scope="row" className="sticky left-0 bg-panel pr-3 text-left text-[12px] font-normal whitespace-nowrap text-muted">
        {name}
      </th>
      {comparison.cells.map((cell) => {
        const mine = cell[side];
        const same = cell.a !== null && cell.a === cell.b;
        const differs = cell.a !== null && cell.b !== null && cell.a !== cell.b;
        const wrong = side === "a" ? cell.aWrong : cell.bWrong;
        const look = cell.leftOut
          ? "bg-sunk text-faint line-through"
          : same && wrong
            ? "bg-bad-soft text-bad font-[600]"
            : differs
              ? "bg-warn-soft text-warn font-[560]"
              : "bg-sunk text-muted";
        return (
          <td key={cell.place} className="p-px">
            <span
              className={`${CELL} ${look}`}
              title={`Question ${cell.place}: ${mine ?? "left blank"}${mine ? (wrong ? ", wrong" : ", right") : ""}`}
            >
              {mine ?? "·"}
              <span className="sr-only">
                {mine === null ? "blank" : same && wrong ? ", the same wrong answer" : differs ? ", different" : ""}
              </span>
            </span>
          </td>
        );
      })}
    </tr>
  );
  return (
    <div className="relative overflow-x-auto" tabIndex={0} role="region" aria-label="Answers side by side">
      <table className="border-separate border-spacing-0">
        <caption className="sr-only">Answers of two candidates, question by question</caption>
        <thead>
          <tr>
            <th className="sr-only">Candidate</th>
            {comparison.cells.map((cell) => (
              <th key={cell.place} scope="col" className="text-[9.5px] font-normal text-faint">
                {cell.place}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {row("a", first)}
          {row("b", `Candidate ${comparison.other.candidateNo}`)}
        </tbody>
      </table>
      <p className="mt-2 text-[12px] text-muted">
        <span className="text-bad">Red</span>: the same wrong answer. <span className="text-warn">Amber</span>: different. Grey:
        both right, or one left blank.
        {comparison.cells.some((cell) => cell.leftOut) && " Struck out: the key looks wrong, so it is not counted."}
      </p>
    </div>
  );
}
