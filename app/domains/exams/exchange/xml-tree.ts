import { SaxesParser } from "saxes";
import { refuseFile } from "./exchanged.ts";

export type XmlElement = {
  name: string;
  attributes: Record<string, string>;
  children: XmlElement[];
  text: string;
  line: number;
};

const MOST_DEPTH = 20;
const MOST_ELEMENTS = 200_000;

export const all = (element: XmlElement | undefined, name: string): XmlElement[] =>
  element?.children.filter((found) => found.name === name) ?? [];
export const child = (element: XmlElement | undefined, name: string): XmlElement | undefined =>
  element?.children.find((found) => found.name === name);
export const textOf = (element: XmlElement | undefined): string => element?.text ?? "";

/**
 * Strict XML as a small tree. A document type is refused at once: it is where entities are declared, and a file of
 * questions needs none. The parser itself fetches nothing and expands nothing but the five entities of XML.
 */
export function parseXml(content: string): XmlElement {
  const parser = new SaxesParser();
  const document: XmlElement = { name: "", attributes: {}, children: [], text: "", line: 0 };
  const open = [document];
  let elements = 0;
  parser.on("doctype", () => {
    throw refuseFile(
      "The file declares a document type (<!DOCTYPE>), which is not accepted. Remove that line and import it again.",
    );
  });
  parser.on("error", (error) => {
    throw refuseFile(
      `The XML is damaged (line ${error.message.replace(/:\d+: /, "): ").replace(/[.\s]*$/, "")}. Export it again.`,
    );
  });
  parser.on("opentag", ({ name, attributes }) => {
    if (open.length > MOST_DEPTH)
      throw refuseFile(`The XML is nested deeper than ${MOST_DEPTH} levels. Moodle's own export is not.`);
    if (++elements > MOST_ELEMENTS) throw refuseFile("The XML has too many elements. Split it and import the parts.");
    const element = { name, attributes, children: [], text: "", line: parser.line };
    open.at(-1)!.children.push(element);
    open.push(element);
  });
  const add = (text: string) => void (open.at(-1)!.text += text);
  parser.on("text", add);
  parser.on("cdata", add);
  parser.on("closetag", () => void open.pop());
  parser.write(content.replace(/^\uFEFF/, "").trimStart()).close();
  return document.children[0]!;
}
