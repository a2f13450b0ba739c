import { z } from "zod";
import { tokensOf, type Token } from "./lexer.ts";

/** Said in place of the rest of a statement that two sessions would read differently. */
const WITHHELD = "?…";
const ORDINARY_NAME = /^"[A-Za-z_][A-Za-z0-9_$]*"$/;

function shown({ kind, text }: Token): string {
  if (kind === "comment") return " ";
  if (kind === "literal") return "?";
  if (kind === "doubtful") return WITHHELD;
  // Whoever mistakes double quotes for a string's puts an address or a sentence between them.
  if (kind === "quoted") return ORDINARY_NAME.test(text) ? text : '"?"';
  return text;
}

/** A statement without what people typed: names, e-mail addresses and answers live in literals and comments. */
export function mask(sql: string): string {
  return tokensOf(sql).map(shown).join("").trim();
}

const TENANT_TAG = /\btenant=[A-Za-z0-9_.*-]+/;
const PERSONAL = /[^\s]*@[^\s]*|'[^']*'?|"[^"]*"?|\d{5,}/g;

/** What a client calls itself, without addresses, quotations and long numbers; the tenant it works for stays. */
export function maskName(name: string): string {
  const tag = TENANT_TAG.exec(name);
  if (!tag) return name.replace(PERSONAL, "?");
  return maskName(name.slice(0, tag.index)) + tag[0] + maskName(name.slice(tag.index + tag[0].length));
}

/** In a probe's row: masked before anyone has seen it. */
export const maskedStatement = z.string().transform(mask).nullable();
export const maskedName = z.string().transform(maskName).nullable();

/** One line of it, for a row of a table. */
export function brief(sql: string, length = 160): string {
  const line = sql.replaceAll(/\s+/g, " ").trim();
  return line.length > length ? `${line.slice(0, length - 1)}…` : line;
}
