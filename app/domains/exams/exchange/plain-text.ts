import { Parser } from "htmlparser2";

export type TextFormat = "plain" | "html" | "moodle" | "markdown";

const BLOCK = new Set([
  "p",
  "div",
  "br",
  "li",
  "ul",
  "ol",
  "tr",
  "table",
  "pre",
  "blockquote",
  "h1",
  "h2",
  "h3",
  "h4",
  "h5",
  "h6",
]);
const UNREADABLE = new Set(["script", "style", "iframe", "object", "embed", "template", "noscript"]);
const HARMLESS = new Set([...BLOCK, "span", "html", "body", "tbody", "thead", "td", "th"]);

/** Questions are plain text here: markup becomes the text a reader would see, and a note says what went with it. */
function htmlToText(html: string, keepLines: boolean, notes: string[]): string {
  let text = "";
  let unreadable = 0;
  const lost = new Set<string>();
  const parser = new Parser(
    {
      onopentag(name, attributes) {
        if (UNREADABLE.has(name)) {
          unreadable++;
          lost.add(`${name} element`);
        }
        if (unreadable > 0) return;
        if (BLOCK.has(name) && (name === "br" || !text.endsWith("\n"))) text += "\n";
        if (name === "li") text += "- ";
        if ((name === "td" || name === "th") && !text.endsWith("\n")) text += "\t";
        if (name === "sup") text += "^";
        if (name === "sub") text += "_";
        if (name === "img" || name === "video" || name === "audio") {
          lost.add(name === "img" ? "image" : name);
          text += `[${name === "img" ? "image" : name}${attributes["alt"] ? `: ${attributes["alt"]}` : ""}]`;
        } else if (!HARMLESS.has(name) && !UNREADABLE.has(name)) lost.add("formatting");
      },
      ontext(data) {
        if (unreadable === 0) text += keepLines ? data : data.replace(/[ \t\r\n]+/g, " ");
      },
      onclosetag(name) {
        if (UNREADABLE.has(name)) unreadable--;
        else if (unreadable === 0 && name !== "br" && BLOCK.has(name) && !text.endsWith("\n")) text += "\n";
      },
    },
    { decodeEntities: true },
  );
  parser.end(html);
  for (const what of lost) notes.push(what === "formatting" ? "Formatting is not kept." : `An embedded ${what} is not kept.`);
  return text;
}

const MARKUP = /<[a-z/!]|&(#\d+|#x[\da-f]+|[a-z]+\d*);/i;

/** Tidied as a form would: no spaces at the ends of lines, at most one empty line. */
const tidy = (text: string) =>
  text
    .replace(/\u00a0/g, " ")
    .split("\n")
    .map((line) => line.trimEnd().replace(/^ /, ""))
    .join("\n")
    .replace(/\n{3,}/g, "\n\n")
    .trim();

export function toPlainText(text: string, format: TextFormat, notes: string[]): string {
  const lines = text.replace(/\r\n?/g, "\n");
  if (format === "html") return tidy(htmlToText(lines, false, notes));
  if (format === "moodle" && MARKUP.test(lines)) return tidy(htmlToText(lines, true, notes));
  return lines.trim();
}
