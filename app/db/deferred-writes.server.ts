import type pg from "pg";
import { codeOf } from "./retry.ts";
import { RawQuery } from "./raw-query.ts";

/** Named, it is parsed and planned once for each connection. */
export type Statement = { name: string; text: string; values: readonly unknown[] };

const wire = (value: unknown): string | Buffer | null =>
  value === null || value === undefined
    ? null
    : Buffer.isBuffer(value)
      ? value
      : value instanceof Date
        ? value.toISOString()
        : String(value);

/** One that has neither values nor an answer. */
function plain(connection: pg.Connection, text: string): void {
  connection.parse({ name: "", text, types: [] }, true);
  connection.bind({ portal: "", statement: "", values: [] }, true);
  connection.execute({ portal: "", rows: "" }, true);
}

type Around = {
  /** What opens the transaction, where this message is all of it. */
  opening?: readonly string[];
  commit: boolean;
};

/** Several statements in one message; when one fails, the server does none of those behind it. */
class PipelinedBatch extends RawQuery {
  /** pg notes under this name what the connection has parsed. */
  readonly name: string;
  readonly text: string;
  private tag = "";

  constructor(
    private readonly statements: readonly Statement[],
    private readonly around: Around,
  ) {
    super();
    this.name = statements[0]!.name;
    this.text = statements[0]!.text;
  }

  submit(connection: pg.Connection): void {
    const { parsedStatements: parsed } = connection as pg.Connection & { parsedStatements: Record<string, string> };
    const { stream } = connection;
    stream.cork();
    try {
      // First of all, because pg takes whichever is parsed first for this one.
      if (parsed[this.name] !== this.text) connection.parse({ name: this.name, text: this.text, types: [] }, true);
      for (const text of this.around.opening ?? []) plain(connection, text);
      for (const { values } of this.statements) {
        connection.bind({ portal: "", statement: this.name, values: values.map(wire) }, true);
        connection.execute({ portal: "", rows: "" }, true);
      }
      if (this.around.commit) plain(connection, "commit");
      connection.sync();
    } finally {
      stream.uncork();
    }
  }

  override handleCommandComplete({ text }: { text: string }): void {
    this.tag = text;
  }

  override handleReadyForQuery(): void {
    // A transaction that is broken answers a commit with a rollback, and with no error.
    this.end(
      this.around.commit && this.tag !== "COMMIT" ? new Error(`the commit was answered with ${this.tag || "nothing"}`) : null,
    );
  }
}

/** A transaction of one statement, from its beginning to its commit in one message: where anything fails, nothing is done. */
export async function wholeTransaction(client: pg.PoolClient, opening: readonly string[], statement: Statement): Promise<void> {
  await client.query(new PipelinedBatch([statement], { opening, commit: true })).done;
}

const MOST = 200;
const ALREADY_BROKEN = "25P02";

/**
 * Statements whose answer nobody waits for, in their order: they are sent before whatever the transaction does next, and those
 * at its end in one message with its commit. One that fails fails the transaction, also where an error was caught meanwhile.
 */
export class DeferredWrites {
  private held: Statement[] = [];
  private sent: Promise<void> = Promise.resolve();
  private failed: Error | null = null;

  constructor(private readonly send: (query: RawQuery) => unknown) {}

  async add(statement: Statement): Promise<void> {
    // One message is of one statement's shape.
    if (this.held.length > 0 && this.held[0]!.name !== statement.name) this.flush();
    this.held.push(statement);
    if (this.held.length < MOST) return;
    this.flush();
    await this.settled();
  }

  /** Whoever sends something else calls this first. */
  flush(): void {
    if (this.held.length === 0) return;
    const query = new PipelinedBatch(this.held, { commit: false });
    this.held = [];
    this.send(query);
    this.sent = query.done.catch((error: Error) => void (this.failed ??= error));
  }

  /** Commits together with what is held; false when nothing is, and nothing was sent. */
  async commit(): Promise<boolean> {
    await this.settled();
    if (this.held.length === 0) return false;
    const query = new PipelinedBatch(this.held, { commit: true });
    this.held = [];
    this.send(query);
    await query.done;
    return true;
  }

  /** The transaction is given up. */
  forget(): void {
    this.held = [];
  }

  /** What broke the transaction, where that was one of these and not something before them. */
  get reason(): Error | null {
    return codeOf(this.failed) === ALREADY_BROKEN ? null : this.failed;
  }

  private async settled(): Promise<void> {
    await this.sent;
    if (this.failed) throw this.failed;
  }
}
