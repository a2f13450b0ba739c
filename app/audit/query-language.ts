import { Invalid } from "~/platform/errors.ts";
import { isUuid } from "~/platform/uuid.ts";
import type { Targets } from "./targets.server.ts";

/** `actor:ana action:enrollment.* -tenant:north after:2026-11-01 risk:>60 "reason text"` */
export type Term = {
  kind: TermKind;
  value: string;
  not: boolean;
  op?: ">" | "<" | ">=" | "<=" | "=";
  /** Whom a name means, once they have been looked up. */
  ids?: readonly string[];
  /** What a name means that was acted on, likewise. */
  targets?: readonly Targets[];
};
export const QUALIFIERS = [
  "actor",
  "action",
  "target",
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
const TOKEN = /(-?)(?:([a-z]+):)?(?:"([^"]*)"|(\S+))/gi;

const isQualifier = (word: string): word is TermKind => (QUALIFIERS as readonly string[]).includes(word);

/** Words are data to the end: nothing of what is typed becomes a pattern or SQL. What can't be meant is refused, not guessed. */
export function parseQuery(text: string): Term[] {
  if (text.length > 1000) throw new Invalid("The search is too long. Use at most 1,000 characters");
  const terms: Term[] = [];
  for (const [, minus, before, quoted, plain] of text.matchAll(TOKEN)) {
    if (plain?.startsWith('"')) throw new Invalid(`${plain}: the quotation mark is not closed`);
    const value = (quoted ?? plain ?? "").trim();
    if (value === "") continue;
    if (terms.length === MAX_TERMS) throw new Invalid(`Use at most ${MAX_TERMS} terms`);
    const not = minus === "-";
    const word = before?.toLowerCase() ?? "text";
    if (isQualifier(word)) terms.push({ ...valueOf(word, value, quoted !== undefined), kind: word, not });
    // An address is text, although it has a word before a colon.
    else if (value.startsWith("//")) terms.push({ kind: "text", value: `${before}:${value}`, not });
    else throw new Invalid(`${before}: is not a known filter. To search for the text, quote it: "${before}:${value}"`);
  }
  return terms;
}

/** The terms as they were typed, to be shown one by one. */
export const termTexts = (text: string): string[] => [...text.matchAll(TOKEN)].map(([term]) => term);

function valueOf(kind: TermKind, value: string, quoted: boolean): Pick<Term, "value" | "op"> {
  switch (kind) {
    case "risk": {
      const risk = /^([<>]=?|=)?(\d{1,3})$/.exec(value);
      if (!risk) throw new Invalid(`risk:${value} is not valid. Example: risk:>60`);
      return { value: risk[2]!, op: (risk[1] ?? "=") as Term["op"] };
    }
    case "after":
    case "before":
      return { value: moment(kind, value).toISOString() };
    case "session":
      if (!isUuid(value)) throw new Invalid(`session:${value} is not the id of a session`);
      return { value };
    case "action":
    case "resource":
      if (value.slice(0, -1).includes("*")) throw new Invalid(`${kind}:${value} has a star that is not at its end`);
      return { value };
    case "actor":
    case "target":
    case "tenant":
    case "text":
      // Found by a piece of it anyway.
      return { value: quoted ? value : value.replace(/(?<=.)\*$/, "") };
    default:
      return { value };
  }
}

const MOMENT = /^(\d{4})(?:-(\d\d)(?:-(\d\d)(?:[t ](\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?)(z|[+-]\d\d:\d\d)?)?)?)?$/i;

/** In UTC unless it names its zone: a link means the same for everyone, wherever the server stands. */
function moment(kind: TermKind, text: string): Date {
  const [, year, month = "01", day = "01", time = "00:00", zone = "Z"] = MOMENT.exec(text) ?? [];
  const date = new Date(`${year}-${month}-${day}T${time}${zone.toUpperCase()}`);
  // The thirtieth of February would be one in March.
  const exists = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day))).getUTCDate() === Number(day);
  if (!year || !exists || Number.isNaN(date.getTime()))
    throw new Invalid(`${kind}:${text} is not a date; for example ${kind}:2026-11-01`);
  return date;
}
