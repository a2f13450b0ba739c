import type { Score } from "~/domains/integrity/scorecard/scorecard.server.ts";
import { sayShare } from "~/domains/integrity/scorecard/wilson.ts";
import { labelOf } from "~/domains/integrity/signals.ts";
import { Panel } from "~/ui/layout/panel.tsx";

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

const signalName = (signal: string | null): string => (signal === null ? "Any signal" : capital(labelOf(signal)));

/** One tenant's figures, a signal a row. */
export function ScoreTable({ title, scores }: { title: string; scores: Score[] }) {
  return (
    <Panel flush title={title}>
      <table className="rows">
        <thead>
          <tr>
            <th>Signal</th>
            <th className="num">Wrong</th>
            <th className="num hidden sm:table-cell">Unclear</th>
            <th className="num hidden md:table-cell">Second look disagreed</th>
            <th className="num hidden md:table-cell">Appeals upheld</th>
            <th className="num hidden lg:table-cell">Random sample, nothing found</th>
          </tr>
        </thead>
        <tbody>
          {scores.map((score) => (
            <tr key={score.signal ?? "any"} className={score.signal === null ? "font-[560]" : ""}>
              <td>{signalName(score.signal)}</td>
              <td className="num">{sayShare(score.wrong)}</td>
              <td className="num hidden sm:table-cell">{score.unclear}</td>
              <td className="num hidden md:table-cell">{sayShare(score.disagreed)}</td>
              <td className="num hidden md:table-cell">{sayShare(score.upheld)}</td>
              <td className="num hidden lg:table-cell">
                {sayShare(score.sampleCleared)}
                {score.signal === null && score.missed.of > 0 && (
                  <span className="block text-muted">violations: {sayShare(score.missed)}</span>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Panel>
  );
}
