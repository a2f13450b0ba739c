import { type ExchangedFile, MOST_BYTES, refuseFile } from "./exchanged.ts";
import { parseGift } from "./gift.ts";
import { parseMoodleXml } from "./moodle-xml.ts";

/** A file of questions in either format, told apart by how it starts. */
export function readQuestions(content: string): ExchangedFile {
  if (content.trim() === "") throw refuseFile("Choose a file, or paste questions.");
  if (Buffer.byteLength(content) > MOST_BYTES) throw refuseFile("The file is larger than 5 MB. Split it and import the parts.");
  if (content.includes("\0")) throw refuseFile("This is not a text file. Choose a GIFT or Moodle XML file.");
  const file = /^\uFEFF?\s*<(\?xml|!doctype|!--|quiz\b)/i.test(content) ? parseMoodleXml(content) : parseGift(content);
  if (file.items.length === 0) throw refuseFile("There are no questions in it. Choose a GIFT or Moodle XML file.");
  return file;
}
