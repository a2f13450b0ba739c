import fs from "node:fs";
import path from "node:path";
import pg from "pg";
import { ClusterError } from "../cluster/errors.ts";
import { applyMigrations, driftOf } from "./engine.server.ts";
import { foreignSchema } from "./foreign.server.ts";
import { migrationNames, migrationsDir } from "./names.server.ts";

export type MigrationState = { name: string; applied: boolean; at: Date | null };

/** Which migrations this database has, without loading the engine. */
export async function migrationStates(ownerUrl: string): Promise<MigrationState[]> {
  const client = new pg.Client({ connectionString: ownerUrl });
  await client.connect();
  try {
    const known = await client.query<{ there: boolean }>("select to_regclass('public._prisma_migrations') is not null as there");
    const applied = known.rows[0]!.there
      ? (
          await client.query<{ migration_name: string; finished_at: Date }>(
            "select migration_name, finished_at from public._prisma_migrations where finished_at is not null and rolled_back_at is null",
          )
        ).rows
      : [];
    const at = new Map(applied.map((row) => [row.migration_name, row.finished_at]));
    return migrationNames().map((name) => ({ name, applied: at.has(name), at: at.get(name) ?? null }));
  } finally {
    await client.end();
  }
}

/**
 * Each file runs as one transaction, so one that failed has left nothing behind: it may be tried again. While another
 * process migrates (the engine's lock says so), what is unfinished is its own.
 */
async function forgetFailures(ownerUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: ownerUrl });
  await client.connect();
  try {
    await client.query(
      `update public._prisma_migrations set rolled_back_at = now()
       where finished_at is null and rolled_back_at is null and pg_try_advisory_lock(${ENGINE_LOCK})`,
    );
  } catch (error) {
    // Before the first migration there is no table.
    if ((error as { code?: string }).code !== "42P01") throw error;
  } finally {
    await client.end();
  }
}

async function refuseForeign(ownerUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: ownerUrl });
  await client.connect();
  const foreign = await foreignSchema(client).finally(() => client.end());
  if (foreign) throw new ClusterError(foreign.charAt(0).toUpperCase() + foreign.slice(1));
}

const ENGINE_LOCK = 72_707_369;

/** Applies what is pending; the names of what it applied. */
export async function migrate(ownerUrl: string): Promise<string[]> {
  const pending = (await migrationStates(ownerUrl)).filter((state) => !state.applied);
  if (pending.length === 0) return [];
  await refuseForeign(ownerUrl);
  await forgetFailures(ownerUrl);
  try {
    return await applyMigrations(ownerUrl);
  } catch (error) {
    const which = (await migrationStates(ownerUrl)).find((state) => !state.applied)?.name ?? "";
    throw new ClusterError(
      `migration ${which} could not be applied, and nothing of it was kept: ${(error as Error).message.split("\n")[0]}`,
    );
  }
}

/** Writes a migration that takes a migrated database to the schema files as they are now. */
export async function createMigration(ownerUrl: string, name: string, now: Date): Promise<string> {
  await migrate(ownerUrl);
  const sql = await driftOf(ownerUrl);
  const stamp = now.toISOString().replaceAll(/\D/g, "").slice(0, 14);
  const folder = `${stamp}_${name.toLowerCase().replaceAll(/[^a-z0-9]+/g, "_")}`;
  fs.mkdirSync(path.join(migrationsDir(), folder), { recursive: true });
  fs.writeFileSync(path.join(migrationsDir(), folder, "migration.sql"), sql);
  return folder;
}
