import pg from "pg";

/** The administrator of a server that only a socket reaches. The caller connects and ends it. */
export function socketClient(sockets: string, database: string): pg.Client {
  const client = new pg.Client({ host: sockets, port: 5432, user: "postgres", database, connectionTimeoutMillis: 2000 });
  client.on("error", () => undefined);
  return client;
}
