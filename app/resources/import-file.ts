import { finished } from "node:stream/promises";
import { parse } from "csv-parse";
import { parse as parseNow } from "csv-parse/sync";
import { yieldToEventLoop } from "~/platform/yield-to-event-loop.ts";
import { Invalid } from "~/platform/errors.ts";

const MAX_BYTES = 20 * 1024 * 1024;
const MAX_LINES = 200_000;
/** Read in parts of so many characters, so that others are answered between them. */
const PART = 32 * 1024;
/** The first rows of any file that can be imported are within these. */
export const HEAD_BYTES = 2 * 1024 * 1024;

type Line = { line: number; cells: string[] };
export type Parsed = { header: string[]; lines: Line[] };

const refusal = (says: string, short: string) => new Invalid(says, { file: [short] });

function textOf(content: Buffer): string {
  if (content.length === 0) throw refusal("The file is empty", "The file is empty");
  if (content.length > MAX_BYTES) throw refusal("The file is larger than 20 MB. Import it in parts.", "At most 20 MB");
  if (content.includes(0))
    throw refusal("This is not a CSV file: it holds binary data (save the sheet as CSV, UTF-8)", "Not a CSV file");
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(content);
  } catch {
    throw refusal("The file is not UTF-8: save it as CSV UTF-8", "Not UTF-8");
  }
}

function optionsFor(text: string) {
  const first = text.slice(0, text.search(/[\r\n]|$/));
  const delimiter = [";", "\t"].find((sign) => first.split(sign).length > first.split(",").length) ?? ",";
  return {
    bom: true,
    delimiter,
    relax_column_count: true,
    skip_empty_lines: true,
    trim: true,
    max_record_size: 200_000,
    on_record: (cells: string[], { lines }: { lines: number }): Line => ({ line: lines, cells }),
  };
}

/** Every record of the file. A large one takes seconds: nobody else waits for more than a few milliseconds of them. */
async function recordsOf(text: string): Promise<Line[]> {
  const records: Line[] = [];
  const parser = parse(optionsFor(text) as never);
  parser.on("data", (record: Line) => records.push(record));
  const done = finished(parser);
  done.catch(() => undefined);
  const breathe = yieldToEventLoop();
  for (let from = 0; from < text.length && records.length <= MAX_LINES + 1 && !parser.destroyed; from += PART) {
    await new Promise<void>((resolve) => parser.write(text.slice(from, from + PART), () => resolve()));
    await breathe();
  }
  if (records.length > MAX_LINES + 1) parser.destroy();
  else {
    parser.end();
    await done;
  }
  return records;
}

/** What was brought, as lines with their numbers; or a refusal that says what is wrong with the file. */
export async function parseCsv(content: Buffer): Promise<Parsed> {
  const text = textOf(content);
  const [head, ...lines] = await recordsOf(text).catch((error: Error) => {
    throw refusal(`The file can't be read as CSV: ${error.message}`, error.message);
  });
  if (!head || head.cells.every((cell) => cell === "")) throw refusal("The first line must name the columns", "No header line");
  if (lines.length === 0) throw refusal("There is a header line and nothing below it", "No rows");
  if (lines.length > MAX_LINES) throw refusal(`At most ${MAX_LINES.toLocaleString("en-GB")} rows at a time`, "Too many rows");
  const header = head.cells.map((name, index) => name || `Column ${index + 1}`);
  const twice = header.find((name, index) => header.indexOf(name) !== index);
  if (twice) throw refusal(`Two columns are called “${twice}”`, `“${twice}” occurs twice`);
  return { header, lines };
}

/** The first rows below the header, from the beginning of a file that was read before. */
export function sampleOf(head: Buffer, rows: number): Line[] {
  const text = new TextDecoder().decode(head);
  try {
    return (parseNow(text, { ...optionsFor(text), to: rows + 1 } as never) as unknown as Line[]).slice(1);
  } catch {
    return [];
  }
}

const plain = (text: string) => text.toLowerCase().replaceAll(/[^a-z0-9]/g, "");

/** Which field a column probably means, by its key, its label or its column. */
export function guessMapping(header: string[], fields: { key: string; label: string; column: string }[]): Record<string, string> {
  const mapping: Record<string, string> = {};
  for (const field of fields) {
    const found = header.find((name) => [field.key, field.label, field.column].some((word) => plain(word) === plain(name)));
    if (found && !Object.values(mapping).includes(found)) mapping[field.key] = found;
  }
  return mapping;
}
