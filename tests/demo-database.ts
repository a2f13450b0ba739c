import pg from "pg";
import { inject } from "vitest";
import { runningCluster } from "../app/db/cluster/cluster.server.ts";

/** The demo's database by its owner, for what a journey must know or bring about that no page shows. */
export async function demoOwner(applicationName?: string): Promise<pg.Client> {
  const connectionString = runningCluster(inject("demo").dataDir)!.owner;
  const client = new pg.Client({ connectionString, ...(applicationName ? { application_name: applicationName } : {}) });
  client.on("error", () => undefined);
  await client.connect();
  return client;
}
