/**
 * PostgreSQL's own rules (scan.l) for where a token ends. A statement is split into what may be shown (identifiers, keywords,
 * operators, parameters) and what people typed (strings, numbers, comments).
 */
export type TokenKind = "space" | "comment" | "literal" | "quoted" | "plain" | "doubtful";
export type Token = { kind: TokenKind; text: string };

const SPACE = /[ \t\n\r\f\v]+/y;
const LINE_COMMENT = /--[^\n\r]*/y;
const PARAMETER = /\$\d+/y;
const DOLLAR = /\$(?:[A-Za-z_\u0080-\uffff][A-Za-z0-9_\u0080-\uffff]*)?\$/y;
const IDENTIFIER = /[A-Za-z_\u0080-\uffff][A-Za-z0-9_$\u0080-\uffff]*/y;
/** Letters that follow a number are an error since 15 and were a token of their own before: nothing of them is shown. */
const NUMBER = /(?:\d|\.\d)(?:[eE][+-]\d|[A-Za-z0-9_.$\u0080-\uffff])*/y;
const PREFIXED = /(?:[eE]|[bBxXnN]|[uU]&)?'/y;
const QUOTED = /(?:[uU]&)?"(?:[^"]|"")*("|$)/y;
/** Two strings with a line break between them, and nothing else but spaces and line comments, are one string. */
const CONTINUED = /(?:[ \t\f\v]|--[^\n\r]*)*[\n\r](?:[ \t\n\r\f\v]|--[^\n\r]*[\n\r])*'/y;

function match(pattern: RegExp, text: string, at: number): string | null {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? null;
}

/** Comments hold comments. One that is never closed goes on to the end. */
function commentEnd(text: string, start: number): number {
  let depth = 1;
  let at = start + 2;
  while (depth > 0 && at < text.length) {
    if (text.startsWith("/*", at)) {
      depth++;
      at += 2;
    } else if (text.startsWith("*/", at)) {
      depth--;
      at += 2;
    } else at++;
  }
  return at;
}

/** Where a string ends whose first quote stands before `start`; with `escapes`, a backslash takes the next character along. */
function stringEnd(text: string, start: number, escapes: boolean): number {
  let at = start;
  for (;;) {
    if (at >= text.length) return text.length;
    if (escapes && text[at] === "\\") at += 2;
    else if (text[at] !== "'") at++;
    else if (text[at + 1] === "'") at += 2;
    else {
      const more = match(CONTINUED, text, at + 1);
      if (more === null) return at + 1;
      at += 1 + more.length;
    }
  }
}

/**
 * Whether a backslash escapes within plain quotes depends on standard_conforming_strings of that session, which nobody outside
 * of it knows. Where both readings end the string at one place there is no doubt; else nothing after it can be told apart.
 */
function readString(text: string, start: number, prefix: string): Token {
  const from = start + prefix.length;
  const escaped = stringEnd(text, from, true);
  const verbatim = /^[eE]/.test(prefix) ? escaped : stringEnd(text, from, false);
  if (escaped !== verbatim) return { kind: "doubtful", text: text.slice(start) };
  return { kind: "literal", text: text.slice(start, verbatim) };
}

function readToken(text: string, at: number): Token {
  const space = match(SPACE, text, at);
  if (space) return { kind: "space", text: space };
  const line = match(LINE_COMMENT, text, at);
  if (line) return { kind: "comment", text: line };
  if (text.startsWith("/*", at)) return { kind: "comment", text: text.slice(at, commentEnd(text, at)) };
  const prefix = match(PREFIXED, text, at);
  if (prefix) return readString(text, at, prefix);
  const quoted = match(QUOTED, text, at);
  if (quoted) return { kind: "quoted", text: quoted };
  const number = match(NUMBER, text, at);
  if (number) return { kind: "literal", text: number };
  const plain = match(PARAMETER, text, at) ?? match(IDENTIFIER, text, at);
  if (plain) return { kind: "plain", text: plain };
  const tag = match(DOLLAR, text, at);
  if (!tag) return { kind: "plain", text: text[at]! };
  const end = text.indexOf(tag, at + tag.length);
  return { kind: "literal", text: text.slice(at, end < 0 ? text.length : end + tag.length) };
}

export function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < text.length;) {
    const token = readToken(text, at);
    tokens.push(token);
    at += token.text.length;
  }
  return tokens;
}
