import fs from "node:fs";
import path from "node:path";
import { z } from "zod";
import { clusterPlace, type Place } from "~/db/cluster/place.server.ts";
import { stopServer } from "~/db/cluster/server.server.ts";
import { clients, rolePool } from "~/db/clients.server.ts";
import { createPool } from "~/db/pool.server.ts";
import { execute, firstRow, rows } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { connection } from "~/db/urls.server.ts";
import { Conflict } from "~/platform/errors.ts";

const UNDER_WAY = {
  backup: "A backup is already running",
  drill: "A drill or a comparison is already running. Try again when it has ended",
} as const;

/** One of each kind at a time, on a connection of its own: a process that ends, however it ends, gives its turn back. */
export async function exclusive<T>(kind: keyof typeof UNDER_WAY, run: () => Promise<T>): Promise<T> {
  const pool = createPool(`turn ${kind}`, { ...connection("owner"), applicationName: `turn ${kind}`, max: 1, idleTimeoutMs: 0 });
  try {
    const holder = await pool.connect();
    try {
      const { rows: got } = await holder.query<{ got: boolean }>({
        text: "select pg_try_advisory_lock(hashtext('invigil'), hashtext($1)) as got",
        values: [kind],
      });
      if (!got[0]!.got) throw new Conflict(UNDER_WAY[kind]);
      return await run();
    } finally {
      holder.release(true);
    }
  } finally {
    await pool.end().catch(() => undefined);
  }
}

/** The server goes on writing for a moment after its client went away: what it writes is removed only after it stopped. */
export const endSenders = () =>
  rows(
    rolePool("backup"),
    sql`select pg_terminate_backend(pid, 5000) as ended
        from pg_stat_activity
        where application_name = 'backup' and backend_type = 'walsender'`,
    z.object({ ended: z.boolean() }),
  );

/** As backups name their directories: nothing else in the store is ours to remove. */
const OURS = /^\d{4}-\d\d-\d\dT[\d-]+Z-[0-9a-f]{6}$/;
export const directoryName = (at: Date, id: string) => `${at.toISOString().replaceAll(/[:.]/g, "-")}-${id.slice(-6)}`;

/**
 * What a killed backup left: the server's sending, its line in the ledger, its files. With the turn in hand. A whole backup that
 * the ledger does not know is left alone: after a restore the ledger is from before it, and the way forward again is in there.
 */
export async function cleanUpBackups(place: Place): Promise<void> {
  await endSenders();
  await execute(
    clients().primary,
    sql`update console.backup
        set state = 'FAILED', error = 'the process ended', finished_at = now()
        where state = 'RUNNING'`,
  );
  const known = await rows(
    clients().primary,
    sql`select directory, state from console.backup`,
    z.object({ directory: z.string(), state: z.string() }),
  );
  const states = new Map(known.map((row) => [path.resolve(row.directory), row.state]));
  for (const name of fs.readdirSync(place.store).filter((entry) => OURS.test(entry))) {
    const directory = path.resolve(place.store, name);
    const state = states.get(directory);
    // The server writes the manifest last.
    const whole = fs.existsSync(path.join(directory, "backup_manifest"));
    if (state ? state !== "DONE" : !whole) fs.rmSync(directory, { recursive: true, force: true });
  }
}

export const drillsDir = (place: Place) => path.join(place.home, "drills");

/** What a killed drill left: its server, its files, its line in the ledger. With the turn in hand. */
export async function cleanUpDrills(place: Place): Promise<void> {
  const dir = drillsDir(place);
  for (const name of fs.existsSync(dir) ? fs.readdirSync(dir) : []) {
    const at = path.join(dir, name);
    if (fs.statSync(at).isDirectory()) await stopServer(at, 200);
    fs.rmSync(at, { recursive: true, force: true });
  }
  await execute(
    clients().primary,
    sql`update console.backup_check
        set finished_at = now(), findings = '[{"file": "drill", "says": "the process ended"}]'::jsonb
        where kind = 'DRILL' and finished_at is null`,
  );
}

/** On a clock: what a killed process left does not wait for the next night. */
export async function cleanUp(): Promise<void> {
  const place = clusterPlace();
  const open = await firstRow(
    clients().primary,
    sql`select exists (select 1 from console.backup where state = 'RUNNING') as backup,
          exists (select 1 from console.backup_check where kind = 'DRILL' and finished_at is null) as drill`,
    z.object({ backup: z.boolean(), drill: z.boolean() }),
  );
  const whenFree = (error: unknown) => {
    if (!(error instanceof Conflict)) throw error;
  };
  if (open!.backup) await exclusive("backup", () => cleanUpBackups(place)).catch(whenFree);
  if (open!.drill) await exclusive("drill", () => cleanUpDrills(place)).catch(whenFree);
}
