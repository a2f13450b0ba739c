import { clients } from "~/db/clients.server.ts";
import type { Pool } from "~/db/pool.server.ts";
import { messageOf } from "~/platform/errors.ts";
import { log } from "~/platform/log.server.ts";
import type { ServerInfo } from "../probe.ts";
import { textRow, textsOf } from "../probes/statements.ts";
import { mask } from "./mask.ts";

const AT_ONCE = 500;

/** Texts of statements, each fetched once by its id and kept masked. */
export class Texts {
  private known: Set<string> | null = null;
  private readonly found = new Map<string, string>();
  /** Each server by itself: what one has to tell must not wait because another was asked. */
  private readonly notBefore = new WeakMap<Pool, number>();

  async fetch(pool: Pool, server: ServerInfo, ids: readonly string[]): Promise<void> {
    if (!this.known) {
      const rows = await clients()
        .primary.query<{ id: string }>("select query_id::text as id from telemetry.query_text")
        .catch(() => null);
      if (!rows) return;
      this.known = new Set(rows.rows.map((row) => row.id));
    }
    const missing = [...new Set(ids)].filter((id) => !this.known!.has(id)).slice(0, AT_ONCE);
    // One read of the server's text file at a time, and not again at once: it may be large.
    if (missing.length === 0 || performance.now() < (this.notBefore.get(pool) ?? 0)) return;
    this.notBefore.set(pool, performance.now() + 10_000);
    try {
      // For this statement only: the connection is the slow lane's.
      const result = (await pool.query({
        text: `set local statement_timeout = 10000; ${textsOf(server, missing)}`,
      })) as unknown as {
        rows: unknown[];
      }[];
      for (const row of result.at(-1)!.rows) {
        const { query_id, text } = textRow.parse(row);
        this.known.add(query_id);
        this.found.set(query_id, mask(text));
      }
    } catch (error) {
      this.notBefore.set(pool, performance.now() + 60_000);
      log.warn({ reason: messageOf(error) }, "texts of statements could not be fetched");
    }
  }

  async persist(): Promise<void> {
    const due = [...this.found];
    if (due.length === 0) return;
    await clients().primary.query({
      text: "insert into telemetry.query_text (query_id, text) select * from unnest($1::bigint[], $2::text[]) on conflict do nothing",
      values: [due.map(([id]) => id), due.map(([, text]) => text)],
    });
    for (const [id] of due) this.found.delete(id);
  }
}
