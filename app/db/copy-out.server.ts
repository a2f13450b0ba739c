import type pg from "pg";
import type { Queryable } from "./query.ts";
import type { Sql } from "./sql.ts";
import { RawQuery } from "./raw-query.ts";

const SIGNATURE = Buffer.from("PGCOPY\n\xff\r\n\0", "latin1");
const HEADER = SIGNATURE.length + 8;

class CopyOut extends RawQuery {
  private failed: Error | null = null;

  constructor(
    readonly text: string,
    private readonly row: (bytes: Buffer, from: number) => void,
  ) {
    super();
  }

  submit(connection: pg.Connection): void {
    connection.query(this.text);
  }

  handleCopyData({ chunk }: { chunk: Buffer }): void {
    if (this.failed) return;
    const from = chunk.subarray(0, SIGNATURE.length).equals(SIGNATURE) ? HEADER : 0;
    // A row begins with its number of fields; -1 is the end.
    if (chunk.length - from < 2 || chunk.readInt16BE(from) < 0) return;
    try {
      this.row(chunk, from);
    } catch (error) {
      this.failed = error as Error;
    }
  }

  override handleReadyForQuery(): void {
    this.end(this.failed);
  }
}

/**
 * The rows of a query in PostgreSQL's binary format, one at a time as they arrive, with nothing made of them: for whoever reads
 * millions. `row` gets the bytes of one row and where in them it begins; they are another row's as soon as it returns.
 * The statement can carry no parameters: numbers and times of our own making only.
 */
export function copyOut(on: Queryable, statement: Sql, row: (bytes: Buffer, from: number) => void): Promise<void> {
  if (statement.values.length > 0) throw new Error("a COPY takes no parameters");
  const query = new CopyOut(`copy (${statement.text}) to stdout (format binary)`, row);
  on.query(query as never);
  return query.done;
}
