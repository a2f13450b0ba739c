/**
 * Statements without what people typed: names, e-mails and answers live in literals. Strings and numbers become `?`,
 * comments go; identifiers, keywords and parameters stay.
 */
const TOKEN =
  /\/\*[\s\S]*?(?:\*\/|$)|--[^\n]*|\$([A-Za-z_]\w*)?\$[\s\S]*?(?:\$\1\$|$)|"(?:[^"]|"")*(?:"|$)|[EeBbXxNn]?'(?:[^'\\]|''|\\[\s\S])*(?:'|$)|[Uu]&'(?:[^']|'')*(?:'|$)|\$\d+|[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*|(?:\d[\d_]*\.?[\d_]*|\.\d+)(?:[eE][+-]?\d+)?/g;

export function mask(sql: string): string {
  return sql
    .replace(TOKEN, (token) => {
      if (token.startsWith("/*") || token.startsWith("--")) return " ";
      if (token.startsWith('"') || /^[A-Za-z_\u0080-\uffff](?!&?')/.test(token) || /^\$\d+$/.test(token)) return token;
      return "?";
    })
    .trim();
}

/** One line of it, for a row of a table. */
export function brief(sql: string, length = 160): string {
  const line = sql.replaceAll(/\s+/g, " ").trim();
  return line.length > length ? `${line.slice(0, length - 1)}…` : line;
}
