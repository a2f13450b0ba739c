import pg from "pg";
import type { TestProject } from "vitest/node";
import { createExtensions, createRoles, LOGIN_ROLES } from "../../app/db/cluster/roles.server.ts";
import { superUrl } from "../../app/db/cluster/server.server.ts";
import { applyMigrations } from "../../app/db/migrate/engine.server.ts";
import { installQueue } from "../../app/jobs/boss.server.ts";
import { startBareServer } from "../fixtures/bare-server.ts";

declare module "vitest" {
  export interface ProvidedContext {
    cluster: { port: number; superPassword: string };
    demo: { base: string; password: string; dataDir: string; metrics: string };
  }
}

/** Every role's password in a test cluster, which listens on loopback and lives as long as the run. */
export const TEST_PASSWORD = "test";
export const TEMPLATE = "invigil_template";

/** A PostgreSQL for one run: fsync off, a migrated template that each test file clones in a moment. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { options: server, stop } = await startBareServer("test", TEST_PASSWORD, {
    settings: {
      max_connections: 120,
      synchronous_commit: "off",
      full_page_writes: "off",
      shared_preload_libraries: "pg_stat_statements",
      compute_query_id: "on",
      track_io_timing: "on",
      timezone: "UTC",
      jit: "off",
    },
  });
  const run = async (database: string, work: (client: pg.Client) => Promise<void>) => {
    const client = new pg.Client({ connectionString: superUrl(server, database) });
    await client.connect();
    try {
      await work(client);
    } finally {
      await client.end();
    }
  };
  await run("postgres", async (client) => {
    await createRoles(client, Object.fromEntries(LOGIN_ROLES.map((role) => [role, TEST_PASSWORD])));
    await client.query(`create database ${TEMPLATE} owner invigil_owner`);
  });
  await run(TEMPLATE, async (client) => void (await createExtensions(client)));
  const owner = `postgresql://invigil_owner:${TEST_PASSWORD}@127.0.0.1:${server.settings["port"]}/${TEMPLATE}`;
  await applyMigrations(owner);
  const client = new pg.Client({ connectionString: owner });
  await client.connect();
  await installQueue(client);
  await client.end();
  project.provide("cluster", { port: Number(server.settings["port"]), superPassword: TEST_PASSWORD });
  return stop;
}
