import type { RequestListener } from "node:http";
import { register } from "prom-client";
import { mayScrape } from "~/access/scrape.server.ts";
import type { ScheduleState } from "./schedule.server.ts";

/** The collector's own endpoints: /health and /metrics. */
export function serveMetrics(state: () => { active: boolean; schedules: ScheduleState[] }): RequestListener {
  return (request, response) => {
    const path = (request.url ?? "/").split("?")[0];
    if (request.method !== "GET") {
      response.writeHead(405).end();
      return;
    }
    if (path === "/health") {
      response.writeHead(200, { "Content-Type": "application/json" }).end(JSON.stringify({ status: "ok", ...state() }));
      return;
    }
    if (path === "/metrics") {
      if (!mayScrape(request.socket.remoteAddress, request.headers.authorization)) {
        response.writeHead(401, { "WWW-Authenticate": "Bearer" }).end("a bearer token is needed\n");
        return;
      }
      void register.metrics().then((text) => response.writeHead(200, { "Content-Type": register.contentType }).end(text));
      return;
    }
    response.writeHead(404).end();
  };
}
