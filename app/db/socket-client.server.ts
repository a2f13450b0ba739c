import pg from "pg";

/** A client of a server that only a socket reaches, by default its administrator. The caller connects and ends it. */
export function socketClient(sockets: string, database: string, user = "postgres"): pg.Client {
  const client = new pg.Client({ host: sockets, port: 5432, user, database, connectionTimeoutMillis: 2000 });
  client.on("error", () => undefined);
  return client;
}
