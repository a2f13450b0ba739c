import { decimal, plural } from "~/platform/format.ts";
import { Form, Button } from "~/ui/form/form.tsx";
import { Panel } from "~/ui/layout/panel.tsx";

type DueWord = { id: string; word: string; definition: string; mastery_level: number; review_count: number; due_on: string };

const RATINGS = [
  ["AGAIN", "Again"],
  ["HARD", "Hard"],
  ["GOOD", "Good"],
  ["EASY", "Easy"],
] as const;

/** What comes again today or is overdue; an answer heard in person sets the next date. */
export function DueWords({ words, manage }: { words: DueWord[]; manage: boolean }) {
  return (
    <Panel title="Words due today" aside={plural(words.length, "word")} flush={words.length > 0}>
      {words.length === 0 ? (
        <p className="text-muted">No word is due.</p>
      ) : (
        <table className="rows">
          <thead>
            <tr>
              <th>Word</th>
              <th className="num">Mastery</th>
              <th className="num max-sm:hidden">Reviews</th>
              <th className="max-sm:hidden">Due</th>
              {manage && <th>Answer</th>}
            </tr>
          </thead>
          <tbody>
            {words.map((word) => (
              <tr key={word.id}>
                <td title={word.definition}>{word.word}</td>
                <td className="num">{decimal(word.mastery_level / 100, 2)}</td>
                <td className="num max-sm:hidden">{word.review_count}</td>
                <td className="mono max-sm:hidden">{word.due_on}</td>
                {manage && (
                  <td>
                    <Form intent="answer" about={{ vocabularyId: word.id }} className="flex flex-wrap gap-1">
                      {RATINGS.map(([value, label]) => (
                        <Button key={value} type="submit" name="rating" value={value} aria-label={`${label}: ${word.word}`}>
                          {label}
                        </Button>
                      ))}
                    </Form>
                  </td>
                )}
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Panel>
  );
}

export function RecommendedWords({ words }: { words: { id: string; word: string; definition: string; score: number }[] }) {
  if (words.length === 0) return null;
  return (
    <Panel title="Recommended words" aside="by urgency, level and frequency">
      <ul className="flex flex-col gap-1">
        {words.map((word) => (
          <li key={word.id} className="flex justify-between gap-3">
            <span title={word.definition}>{word.word}</span>
            <span className="text-muted tabular-nums">{decimal(word.score, 2)}</span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
