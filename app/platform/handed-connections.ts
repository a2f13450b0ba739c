import type http from "node:http";
import type net from "node:net";

/** What the supervisor and its web processes say to each other, besides the connections themselves. */
export type FromWeb =
  { ready: true } | { leaving: true } | { took: true } | { metricsOf: number } | { metrics: number; text: string };
export type ToWeb = { connection: true } | { othersMetrics: number; texts: string[] } | { metrics: number };

/** Set by a supervisor that listens for its web processes and hands each connection to one of them. */
export const isHanded = () => process.env["INVIGIL_HANDED"] === "1" && process.send !== undefined;

/** Serves what is handed over in place of a port of its own. */
export function serveHanded(server: http.Server): void {
  process.on("message", (message: ToWeb, socket?: net.Socket) => {
    if (!("connection" in message)) return;
    process.send?.({ took: true } satisfies FromWeb);
    // Closed by its client meanwhile.
    if (!socket) return;
    server.emit("connection", socket);
    socket.resume();
  });
  // The timeouts of slow clients run from here on, as with a port.
  server.emit("listening");
}
