import fs from "node:fs";
import path from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { from } from "pg-copy-streams";
import { clients } from "~/db/clients.server.ts";
import { isConnectionLoss, codeOf } from "~/db/retry.ts";
import { env } from "~/platform/env.server.ts";
import { messageOf } from "~/platform/errors.ts";
import { newId } from "~/platform/ids.ts";
import { log } from "~/platform/log.server.ts";
import type { Cell, Row } from "../series.ts";
import { columnsOf } from "./copied.ts";
import { ensureTelemetryPartitions } from "./retention.server.ts";
import { termsOf, Undecided, within, type Maker } from "./terms.server.ts";

type Batch = Maker & { id: string; rows: Record<string, Row[]> };

const FLUSH_MS = 2000;
const SPOOL_BYTES = 256 * 1024 * 1024;

function text(value: Cell): string {
  if (value === null) return "\\N";
  if (typeof value === "string")
    return value
      .replaceAll("\u0000", "")
      .replace(/[\\\n\r\t]/g, (c) => ({ "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t" })[c]!);
  if (typeof value === "boolean") return value ? "t" : "f";
  return String(value);
}

function* lines(rows: readonly Row[]): Generator<string> {
  for (let i = 0; i < rows.length; i += 500)
    yield rows
      .slice(i, i + 500)
      .map((row) => `${row.map(text).join("\t")}\n`)
      .join("");
}

/**
 * Samples on their way to the telemetry tables: collected, copied every two seconds, spooled to disk while the primary
 * is away and written when it is back, by this collector or the next one that works with this directory. A batch carries
 * its id, so that it is written at most once, and who made it, so that no time is written by two.
 */
export class Store {
  private pending: Batch["rows"] = {};
  private count = 0;
  private timer: NodeJS.Timeout | undefined;
  private working: Promise<void> = Promise.resolve();
  readonly stats = { written: 0, spooled: 0, backfilled: 0, dropped: 0, lastError: null as string | null, lastMs: 0 };

  constructor(private readonly maker: () => Maker = () => ({})) {}

  private get dir(): string {
    return path.join(env().dataDir, "spool", "telemetry");
  }

  start(): void {
    this.timer = setInterval(() => void this.flush(), FLUSH_MS);
  }

  add(table: string, row: Row): void {
    (this.pending[table] ??= []).push(row);
    this.count++;
  }

  flush(): Promise<void> {
    return (this.working = this.working
      .then(() => this.once())
      .catch((error: unknown) => void log.warn({ reason: messageOf(error) }, "samples could not be stored")));
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.flush();
  }

  /** Batches of an outage that still wait to be written. */
  get waiting(): number {
    return this.files().length;
  }

  /** Sums over their time would be too early. */
  get behind(): boolean {
    return this.waiting > 0;
  }

  private async once(): Promise<void> {
    // While nobody can say whose turn it is nothing is written, so that what is written tells where the last turn ended.
    const wait = this.maker().provisional === true;
    if (this.count > 0) {
      const batch: Batch = { id: newId(), ...this.maker(), rows: this.pending };
      this.pending = {};
      this.count = 0;
      // What is older goes first; while the spool can't be written, neither can this.
      if (wait || !(await this.backfill()) || !(await this.write(batch))) this.spool(batch);
    } else if (!wait) await this.backfill();
  }

  /** False when the primary can't be reached; a batch that it refuses for another reason is dropped and counted. */
  private async write(batch: Batch, again = false): Promise<boolean> {
    const started = performance.now();
    try {
      await this.copy(batch);
      this.stats.lastError = null;
      this.stats.lastMs = Math.round(performance.now() - started);
      return true;
    } catch (error) {
      if (error instanceof Undecided) return false;
      this.stats.lastError = messageOf(error);
      if (isConnectionLoss(error) || ["53300", "57P03", "25006"].includes(codeOf(error) ?? "")) return false;
      if (codeOf(error) === "23514" && !again) {
        await ensureTelemetryPartitions().catch(() => undefined);
        return this.write(batch, true);
      }
      this.stats.dropped++;
      log.warn({ reason: messageOf(error) }, "a batch of samples was refused");
      return true;
    }
  }

  private async copy(batch: Batch): Promise<void> {
    const client = await clients().primary.connect();
    try {
      await client.query("begin");
      const terms = await termsOf(client, batch);
      const known = await client.query({
        text: "insert into telemetry.batch (id) values ($1) on conflict do nothing",
        values: [batch.id],
      });
      if (known.rowCount === 1) {
        for (const [table, all] of Object.entries(batch.rows)) {
          const rows = within(terms, table, all);
          if (rows.length === 0) continue;
          const target = client.query(from(`copy telemetry.${table} (${columnsOf(table).join(", ")}) from stdin`));
          await pipeline(Readable.from(lines(rows)), target);
          this.stats.written += rows.length;
        }
      }
      await client.query("commit");
    } catch (error) {
      await client.query("rollback").catch(() => undefined);
      throw error;
    } finally {
      client.release();
    }
  }

  private files(): string[] {
    try {
      return fs
        .readdirSync(this.dir)
        .filter((name) => name.endsWith(".json"))
        .sort();
    } catch {
      return [];
    }
  }

  private spool(batch: Batch): void {
    fs.mkdirSync(this.dir, { recursive: true });
    const file = path.join(this.dir, `${batch.id}.json`);
    fs.writeFileSync(`${file}.part`, JSON.stringify(batch), { mode: 0o600 });
    fs.renameSync(`${file}.part`, file);
    this.stats.spooled++;
    let bytes = 0;
    for (const name of this.files().reverse()) {
      bytes += fs.statSync(path.join(this.dir, name), { throwIfNoEntry: false })?.size ?? 0;
      if (bytes <= SPOOL_BYTES) continue;
      fs.rmSync(path.join(this.dir, name), { force: true });
      this.stats.dropped++;
    }
  }

  /** Null for one that another collector has just written, and for one that a crash left broken: it is set aside. */
  private read(file: string): Batch | null {
    try {
      return JSON.parse(fs.readFileSync(file, "utf8")) as Batch;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
      this.stats.dropped++;
      log.warn({ file: path.basename(file), reason: messageOf(error) }, "spooled samples can't be read");
      fs.renameSync(file, `${file}.broken`);
      return null;
    }
  }

  private async backfill(): Promise<boolean> {
    for (const name of this.files()) {
      const file = path.join(this.dir, name);
      const batch = this.read(file);
      if (!batch) continue;
      if (!(await this.write(batch))) return false;
      this.stats.backfilled++;
      fs.rmSync(file, { force: true });
    }
    return true;
  }
}
