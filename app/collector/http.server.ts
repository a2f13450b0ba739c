import type { RequestListener } from "node:http";
import { isOurHost, NOT_OUR_HOST } from "~/access/http/hosts.server.ts";
import { mayScrape } from "~/access/scrape.server.ts";
import { TEXT_FORMAT, type Exporter } from "~/metrics/exporter.server.ts";
import { log } from "~/platform/log.server.ts";
import { messageOf } from "~/platform/errors.ts";
import type { ScheduleState } from "./schedule.server.ts";

const SEND_MS = 10_000;

/** The collector's own endpoints: /health and /metrics. */
export function serveMetrics(
  exporter: Pick<Exporter, "latest" | "latestOf">,
  state: () => { active: boolean; schedules: ScheduleState[] },
  sendMs = SEND_MS,
): RequestListener {
  return (request, response) => {
    const url = new URL(request.url ?? "/", "http://collector");
    const path = url.pathname;
    if (request.method !== "GET") {
      response.writeHead(405).end();
      return;
    }
    if (path !== "/health" && !isOurHost(request.headers.host)) {
      response.writeHead(421, { "Content-Type": "text/plain", Connection: "close" }).end(`${NOT_OUR_HOST}\n`);
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
      const zipped = /\bgzip\b/.test(String(request.headers["accept-encoding"] ?? ""));
      const server = url.searchParams.get("server");
      (server === null ? exporter.latest() : exporter.latestOf(server)).then(
        (made) => {
          if (!made) {
            response.writeHead(404).end("no server of this name is watched\n");
            return;
          }
          const body = zipped ? made.zipped : made.text;
          response.writeHead(200, {
            "Content-Type": TEXT_FORMAT,
            "Content-Length": body.length,
            Vary: "Accept-Encoding",
            ...(zipped ? { "Content-Encoding": "gzip" } : {}),
          });
          // One that asks and never reads would hold its connection for ever.
          const late = setTimeout(() => response.destroy(), sendMs);
          response.once("close", () => clearTimeout(late));
          response.end(body);
        },
        (error: unknown) => {
          log.error({ reason: messageOf(error) }, "metrics could not be gathered");
          response.writeHead(500).end("metrics could not be gathered\n");
        },
      );
      return;
    }
    response.writeHead(404).end();
  };
}
