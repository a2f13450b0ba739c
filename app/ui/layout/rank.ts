/** What can be gone to: a page that someone may see, or a record that the search found. */
export type Candidate = { to: string; label: string; words?: string; note?: string; kind: "page" | "record" };

const fold = (text: string) =>
  text
    .normalize("NFD")
    .replaceAll(/\p{Mn}/gu, "")
    .toLowerCase()
    .trim();
const wordsOf = (text: string) => text.split(/[^\p{L}\p{N}@.]+/u);

const EXACT = 100;
const PREFIX = 90;
const WORD = 80;
const KEYWORD = 70;
const WITHIN = 60;
/** The search found it by something that is not shown: a second name, another field. */
const FOUND = 50;
const SCATTERED = 10;

/** From here on it begins with what was typed, or a word of it does. */
export const SURE = KEYWORD;

/** Its letters, in order, with others between them: a guess, and never above what was really typed. */
function isScattered(query: string, label: string): boolean {
  let at = -1;
  return query.length >= 2 && [...query].every((letter) => (at = label.indexOf(letter, at + 1)) >= 0);
}

export function scoreOf(typed: string, candidate: Candidate): number {
  const query = fold(typed);
  const label = fold(candidate.label);
  const shown = [label, ...fold(candidate.note ?? "").split(" · ")];
  const keywords = wordsOf(fold(candidate.words ?? ""));
  if (query === "") return FOUND;
  if (shown.includes(query)) return EXACT;
  if (shown.some((text) => text.startsWith(query))) return PREFIX;
  if (shown.some((text) => wordsOf(text).some((word) => word.startsWith(query)))) return WORD;
  if (keywords.some((word) => word.startsWith(query))) return KEYWORD;
  if (shown.some((text) => text.includes(query))) return WITHIN;
  if (candidate.kind === "record") return FOUND;
  return isScattered(query, label) ? SCATTERED : 0;
}

/** Best first. Pages whose letters are merely scattered over their name are shown only where there is nothing better. */
export function rank<T extends Candidate>(typed: string, candidates: readonly T[]): T[] {
  const scored = candidates
    .map((candidate, index) => ({ candidate, index, score: scoreOf(typed, candidate) }))
    .filter((one) => one.score > 0)
    .sort((a, b) => b.score - a.score || a.index - b.index);
  const real = scored.filter((one) => one.score > SCATTERED);
  return (real.length > 0 ? real : scored).map((one) => one.candidate);
}
