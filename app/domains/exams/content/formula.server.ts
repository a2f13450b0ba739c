import katex from "katex";
import { singleton } from "~/platform/singleton.ts";

export type Formula = { html: string; error: null } | { html: null; error: string };

const MOST_KEPT = 5000;
const kept = () => singleton("exams.formulas", () => new Map<string, Formula>());

/** What KaTeX says of a formula without its preamble, its place and what it underlines. */
const reasonOf = (message: string) =>
  message
    .replace(/^KaTeX parse error:\s*/, "")
    .replace(/^LaTeX-incompatible input and strict mode is set to 'error':\s*/, "")
    .replace(/\s*at (position \d+|end of input):.*$/s, "")
    .replace(/\s*\[\w+\]$/, "")
    .trim()
    .slice(0, 160) || "It can't be read";

function render(tex: string, display: boolean): Formula {
  let refused: string | null = null;
  try {
    const html = katex.renderToString(tex, {
      displayMode: display,
      output: "htmlAndMathml",
      throwOnError: true,
      strict: "error",
      // Links, images and classes of one's own: markup by another name.
      trust: ({ command }) => {
        refused = command;
        return false;
      },
      maxExpand: 200,
      maxSize: 20,
    });
    if (refused) return { html: null, error: `${refused as string} is not allowed` };
    return { html, error: null };
  } catch (error) {
    return { html: null, error: reasonOf((error as Error).message) };
  }
}

/** A formula as HTML for the eye and MathML for those who listen. The same one is read once: papers are asked for all at once. */
export function renderFormula(tex: string, display: boolean): Formula {
  const key = `${display ? "$$" : "$"}${tex}`;
  const known = kept().get(key);
  if (known) return known;
  const formula = render(tex, display);
  if (kept().size >= MOST_KEPT) kept().clear();
  kept().set(key, formula);
  return formula;
}
