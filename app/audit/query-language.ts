import { Invalid } from "~/platform/errors.ts";

/** `actor:ana action:enrollment.* -tenant:north after:2026-11-01 risk:>60 "reason text"` */
export type Term = { kind: TermKind; value: string; not: boolean; op?: ">" | "<" | "=" };
export const QUALIFIERS = [
  "actor",
  "action",
  "resource",
  "id",
  "tenant",
  "session",
  "request",
  "risk",
  "after",
  "before",
  "text",
] as const;
export type TermKind = (typeof QUALIFIERS)[number];

const MAX_TERMS = 20;
const TOKEN = /(-?)(?:([a-z]+):)?(?:"([^"]*)"|(\S+))/g;

const isQualifier = (word: string): word is TermKind => (QUALIFIERS as readonly string[]).includes(word);

/** Words are data to the end: nothing of what is typed becomes a pattern or SQL. */
export function parseQuery(text: string): Term[] {
  if (text.length > 1000) throw new Invalid("The search is too long: at most 1,000 characters");
  const terms: Term[] = [];
  for (const match of text.matchAll(TOKEN)) {
    const [, minus, word, quoted, plain] = match;
    const value = (quoted ?? plain ?? "").trim();
    if (value === "") continue;
    if (word && !isQualifier(word)) {
      terms.push({ kind: "text", value: `${word}:${value}`, not: minus === "-" });
      continue;
    }
    const kind: TermKind = word && isQualifier(word) ? word : "text";
    if (kind === "risk") {
      const risk = /^([<>=]?)(\d{1,3})$/.exec(value);
      if (!risk) throw new Invalid(`risk:${value} can't be read; for example risk:>60`);
      terms.push({ kind, value: risk[2]!, not: minus === "-", op: (risk[1] || "=") as ">" });
      continue;
    }
    if ((kind === "after" || kind === "before") && Number.isNaN(Date.parse(value)))
      throw new Invalid(`${kind}:${value} is not a date; for example ${kind}:2026-11-01`);
    terms.push({ kind, value, not: minus === "-" });
    if (terms.length > MAX_TERMS) throw new Invalid(`At most ${MAX_TERMS} words at a time`);
  }
  return terms;
}
