/** What a text of a question consists of. Text is text: nothing that somebody wrote ever becomes markup. */
export type TextPart =
  | { kind: "text"; text: string }
  | { kind: "formula"; tex: string; display: boolean }
  | { kind: "image"; id: string; alt: string };

const IMAGE = /^!\[([^\]\n]*)\]\(image:([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\)/;
const PAIRS: [open: string, close: string][] = [
  ["\\(", "\\)"],
  ["\\[", "\\]"],
];
const MOST_FORMULA = 2000;

/** Where a formula ends that begins at `from`, or -1: no backslash takes the meaning from its end. */
function endOf(text: string, from: number, close: string): number {
  for (let at = from; at < text.length && at - from <= MOST_FORMULA; at++) {
    if (text.startsWith(close, at)) return at;
    if (text[at] === "\\") at++;
  }
  return -1;
}

type Found = { part: TextPart; end: number };

/** `$x$`, as people who write about money need it: "$5 and $10" holds no formula. */
function inlineDollar(text: string, at: number): Found | null {
  if (/\s|\$|^$/.test(text[at + 1] ?? "")) return null;
  const end = endOf(text, at + 1, "$");
  if (end < 0 || /\s/.test(text[end - 1]!) || /\d/.test(text[end + 1] ?? "")) return null;
  const tex = text.slice(at + 1, end);
  return tex.includes("\n\n") ? null : { part: { kind: "formula", tex, display: false }, end: end + 1 };
}

function formulaAt(text: string, at: number): Found | null {
  if (text.startsWith("$$", at)) {
    const end = endOf(text, at + 2, "$$");
    const tex = text.slice(at + 2, end);
    return end < 0 || tex.trim() === "" ? null : { part: { kind: "formula", tex, display: true }, end: end + 2 };
  }
  if (text[at] === "$") return inlineDollar(text, at);
  for (const [open, close] of PAIRS) {
    if (!text.startsWith(open, at)) continue;
    const end = text.indexOf(close, at + 2);
    if (end < 0 || end - at > MOST_FORMULA) return null;
    const tex = text.slice(at + 2, end);
    return tex.trim() === "" ? null : { part: { kind: "formula", tex, display: open === "\\[" }, end: end + 2 };
  }
  return null;
}

function imageAt(text: string, at: number): Found | null {
  const found = IMAGE.exec(text.slice(at, at + 400));
  return found && { part: { kind: "image", alt: found[1]!.trim(), id: found[2]! }, end: at + found[0].length };
}

/** A text taken apart: `$…$`, `\(…\)` in a line, `$$…$$`, `\[…\]` on its own, `![what it shows](image:…)`. `\$` is a dollar. */
export function partsOf(text: string): TextPart[] {
  const parts: TextPart[] = [];
  let plain = "";
  const flush = () => {
    if (plain !== "") parts.push({ kind: "text", text: plain });
    plain = "";
  };
  for (let at = 0; at < text.length;) {
    const char = text[at]!;
    if (char === "\\" && text[at + 1] === "$") {
      plain += "$";
      at += 2;
      continue;
    }
    const found = char === "$" || char === "\\" ? formulaAt(text, at) : char === "!" ? imageAt(text, at) : null;
    if (found) {
      flush();
      parts.push(found.part);
      at = found.end;
    } else {
      // A pair that opens nothing is two characters of text.
      const size = text.startsWith("$$", at) ? 2 : 1;
      plain += text.slice(at, at + size);
      at += size;
    }
  }
  flush();
  return parts;
}

export const imageReference = (id: string, alt: string) => `![${alt.replace(/[[\]\n\r]/g, " ").trim()}](image:${id})`;

export const imagesIn = (text: string): string[] => partsOf(text).flatMap((part) => (part.kind === "image" ? [part.id] : []));
