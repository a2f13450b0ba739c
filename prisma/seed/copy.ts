import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type pg from "pg";
import { from } from "pg-copy-streams";

export type Cell = string | number | boolean | Date | null | readonly string[] | Buffer;

function cell(value: Cell): string {
  if (value === null) return "\\N";
  if (typeof value === "string")
    return /[\\\n\r\t]/.test(value)
      ? value.replace(/[\\\n\r\t]/g, (c) => ({ "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t" })[c]!)
      : value;
  if (typeof value === "number") return String(value);
  if (typeof value === "boolean") return value ? "t" : "f";
  if (value instanceof Date) return value.toISOString();
  if (Buffer.isBuffer(value)) return `\\\\x${value.toString("hex")}`;
  return cell(`{${value.map((item) => `"${item.replace(/["\\]/g, "\\$&")}"`).join(",")}}`);
}

function* chunks(rows: Iterable<readonly Cell[]>): Generator<string> {
  let text = "";
  for (const row of rows) {
    text += `${row.map(cell).join("\t")}\n`;
    if (text.length > 1 << 17) {
      yield text;
      text = "";
    }
  }
  if (text) yield text;
}

/** COPY of rows, streamed: memory stays flat. */
export async function copyRows(
  client: pg.Client,
  table: string,
  columns: readonly string[],
  rows: Iterable<readonly Cell[]>,
): Promise<void> {
  const target = client.query(from(`copy ${table} (${columns.join(", ")}) from stdin`));
  await pipeline(Readable.from(chunks(rows)), target);
}

/** Rows collected for one table. */
export class Table {
  readonly rows: Cell[][] = [];
  constructor(
    readonly name: string,
    readonly columns: readonly string[],
  ) {}
  add(...row: Cell[]): void {
    this.rows.push(row);
  }
  load(client: pg.Client): Promise<void> {
    return copyRows(client, this.name, this.columns, this.rows);
  }
}
