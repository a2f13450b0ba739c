/** What stands in a statement outside of its comments and literals. */
export type StatementShape = {
  /** Names that are called like a function. */
  calls: string[];
  /** Schemas that something is taken from. */
  schemas: string[];
  problem: string | null;
};

const TOKEN =
  /--[^\n]*|\/\*|[eE]'(?:[^'\\]|\\.|'')*'|'(?:[^']|'')*'|\$([A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$|"(?:[^"]|"")*"|[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*|\d[\w.]*|\s+|[^]/gy;

/** Where a comment ends that may hold others. */
function endOfComment(text: string, from: number): number {
  let depth = 1;
  const marks = /\/\*|\*\//g;
  marks.lastIndex = from;
  for (let mark = marks.exec(text); mark; mark = marks.exec(text)) {
    depth += mark[0] === "/*" ? 1 : -1;
    if (depth === 0) return marks.lastIndex;
  }
  return text.length;
}

/** What counts: names as the server would read them, and single characters. */
function tokensOf(text: string): string[] {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  for (let found = TOKEN.exec(text); found; found = TOKEN.exec(text)) {
    const [token, tag] = found;
    if (token === "/*") TOKEN.lastIndex = endOfComment(text, TOKEN.lastIndex);
    else if (token.length > 1 && token.startsWith("$")) {
      const closing = text.indexOf(`$${tag ?? ""}$`, TOKEN.lastIndex);
      TOKEN.lastIndex = closing < 0 ? text.length : closing + token.length;
      tokens.push("'");
    } else if (token.startsWith("--") || /^\s/.test(token)) continue;
    else if (/^[eE]?'/.test(token)) tokens.push("'");
    else if (token.length > 1 && token.startsWith('"')) tokens.push(`"${token.slice(1, -1).replaceAll('""', '"')}`);
    else tokens.push(/^[A-Za-z_\u0080-\uffff]/.test(token) ? `"${token.toLowerCase()}` : token);
  }
  return tokens;
}

const isName = (token: string | undefined): token is string => token !== undefined && token.length > 1 && token.startsWith('"');

/**
 * Reads a statement far enough to say in plain words what is wrong with it, and what it calls. It is the second line of
 * defence: the first is the role and the read-only transaction that it is asked in.
 */
export function statementShape(text: string): StatementShape {
  const tokens = tokensOf(text);
  while (tokens.at(-1) === ";") tokens.pop();
  const calls = tokens.filter((token, at) => isName(token) && tokens[at + 1] === "(").map((name) => name.slice(1));
  const schemas = tokens.filter((token, at) => isName(token) && tokens[at + 1] === ".").map((name) => name.slice(1));
  const first = tokens.find((token) => token !== "(");
  let problem: string | null = null;
  if (tokens.includes(";")) problem = "Only one statement can be asked. Remove everything after the first semicolon.";
  else if (first !== '"select' && first !== '"with') problem = "Write one SELECT statement.";
  else if (/\bU&["']/i.test(text)) problem = "Names and texts in U&'…' form are not taken. Write the characters themselves.";
  return { calls, schemas, problem };
}
