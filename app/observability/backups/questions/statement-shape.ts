import { tokensOf } from "../../queries/lexer.ts";

/** What stands in a statement outside of its comments and literals. */
export type StatementShape = {
  /** Names that are called like a function. */
  calls: string[];
  /** Schemas that something is taken from. */
  schemas: string[];
  problem: string | null;
};

type Word = { kind: "name" | "other"; text: string };

const IDENTIFIER = /^[A-Za-z_\u0080-\uffff]/;

/** What counts: names as the server would read them, and everything else as it stands. */
function wordsOf(text: string): Word[] {
  return tokensOf(text)
    .filter(({ kind }) => kind !== "space" && kind !== "comment")
    .map(({ kind, text: token }): Word => {
      if (kind === "quoted") return { kind: "name", text: token.slice(1, -1).replaceAll('""', '"') };
      if (kind === "plain" && IDENTIFIER.test(token)) return { kind: "name", text: token.toLowerCase() };
      return { kind: "other", text: token };
    });
}

/**
 * Reads a statement far enough to say in plain words what is wrong with it, and what it calls. It is the second line of
 * defence: the first is the role and the read-only transaction that it is asked in.
 */
export function statementShape(text: string): StatementShape {
  const words = wordsOf(text);
  while (words.at(-1)?.text === ";") words.pop();
  const before = (sign: string) =>
    words.filter(({ kind }, at) => kind === "name" && words[at + 1]?.text === sign).map((word) => word.text);
  const first = words.find((word) => word.text !== "(")?.text;
  let problem: string | null = null;
  if (words.some(({ kind, text: word }) => kind === "other" && word === ";"))
    problem = "Only one statement can be asked. Remove everything after the first semicolon.";
  else if (first !== "select" && first !== "with") problem = "Write one SELECT statement.";
  else if (/\bU&["']/i.test(text)) problem = "Names and texts in U&'…' form are not taken. Write the characters themselves.";
  else if (tokensOf(text).some(({ kind }) => kind === "doubtful"))
    problem = "A backslash in a text can be read in two ways. Write the text as E'…'.";
  return { calls: before("("), schemas: before("."), problem };
}
