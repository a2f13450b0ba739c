import { parse } from "csv-parse/sync";
import { Invalid } from "~/platform/errors.ts";

const MAX_BYTES = 20 * 1024 * 1024;
const MAX_LINES = 200_000;

export type Parsed = { header: string[]; lines: { line: number; cells: string[] }[] };

/** What was brought, as lines with their numbers; or a refusal that says what is wrong with the file. */
export function parseCsv(content: Buffer): Parsed {
  if (content.length === 0) throw new Invalid("The file is empty", { file: ["The file is empty"] });
  if (content.length > MAX_BYTES)
    throw new Invalid("The file is larger than 20 MB: bring it in parts", { file: ["At most 20 MB"] });
  if (content.includes(0))
    throw new Invalid("This is not a CSV file: it holds binary data (save the sheet as CSV, UTF-8)", {
      file: ["Not a CSV file"],
    });
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(content);
  } catch {
    throw new Invalid("The file is not UTF-8: save it as CSV UTF-8", { file: ["Not UTF-8"] });
  }
  const first = text.slice(0, text.search(/[\r\n]|$/));
  const delimiter = [";", "\t"].find((one) => first.split(one).length > first.split(",").length) ?? ",";
  let records: { record: string[]; info: { lines: number } }[];
  try {
    records = parse(text, {
      bom: true,
      delimiter,
      info: true,
      relax_column_count: true,
      skip_empty_lines: true,
      trim: true,
      max_record_size: 200_000,
    }) as unknown as typeof records;
  } catch (error) {
    throw new Invalid(`The file can't be read as CSV: ${(error as Error).message}`, { file: [(error as Error).message] });
  }
  const [head, ...rest] = records;
  if (!head || head.record.every((cell) => cell === ""))
    throw new Invalid("The first line must name the columns", { file: ["No header line"] });
  if (rest.length === 0) throw new Invalid("There is a header line and nothing below it", { file: ["No rows"] });
  if (rest.length > MAX_LINES)
    throw new Invalid(`At most ${MAX_LINES.toLocaleString("en-GB")} rows at a time`, { file: ["Too many rows"] });
  const header = head.record.map((name, index) => name || `Column ${index + 1}`);
  const twice = header.find((name, index) => header.indexOf(name) !== index);
  if (twice) throw new Invalid(`Two columns are called “${twice}”`, { file: [`“${twice}” occurs twice`] });
  return { header, lines: rest.map(({ record, info }) => ({ line: info.lines, cells: record })) };
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
