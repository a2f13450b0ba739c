import pg from "pg";
import { connection } from "./urls.server.ts";

/** A connection that speaks the replication protocol, as the backup role. The caller ends it. */
export async function replicationClient(applicationName: string): Promise<pg.Client> {
  const client = new pg.Client({
    connectionString: connection("backup").url,
    application_name: applicationName,
    replication: "true",
  } as pg.ClientConfig);
  client.on("error", () => undefined);
  await client.connect();
  return client;
}
