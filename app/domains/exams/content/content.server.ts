import { renderFormula } from "./formula.server.ts";
import { partsOf } from "./rich-text.ts";

/** A text as it is shown. `html` of a formula is KaTeX's own and nobody else's. */
export type Content = (
  | { kind: "text"; text: string }
  | { kind: "formula"; tex: string; display: boolean; html: string | null }
  | { kind: "image"; id: string; alt: string }
)[];

export const contentOf = (text: string): Content =>
  partsOf(text).map((part) => (part.kind === "formula" ? { ...part, html: renderFormula(part.tex, part.display).html } : part));

/** The first thing that keeps a text from being shown as it is meant, in words. */
export function faultOfText(text: string): string | null {
  for (const part of partsOf(text)) {
    if (part.kind === "image" && part.alt === "")
      return "Say in the brackets what the image shows: ![a map of the harbour](image:…)";
    if (part.kind !== "formula") continue;
    const { error } = renderFormula(part.tex, part.display);
    const short = part.tex.length > 40 ? `${part.tex.slice(0, 39)}…` : part.tex;
    if (error) return `The formula “${short.trim()}” can't be typeset. ${error}`;
  }
  return null;
}
