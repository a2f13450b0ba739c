import fs from "node:fs";
import http from "node:http";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { createRequestHandler } from "@remix-run/express";
import type { ServerBuild } from "@remix-run/node";
import compression from "compression";
import express, { type NextFunction, type Request, type Response } from "express";
import { Counter, Histogram } from "prom-client";
import { limitBody } from "~/access/http/body-limit.server.ts";
import { isOurHost, NOT_OUR_HOST } from "~/access/http/hosts.server.ts";
import { refuse } from "~/access/http/refuse.server.ts";
import { responseHeaders } from "~/access/http/response-headers.server.ts";
import { isFromOurPage } from "~/access/http/same-origin.server.ts";
import { clients } from "~/db/clients.server.ts";
import { refuseOldSchema } from "~/db/migrate/needed.server.ts";
import { refuseRuntimeLogin } from "~/db/runtime-login.server.ts";
import { roomHub } from "~/domains/exams/room/hub.server.ts";
import { startPoolReports } from "~/observability/connections/pools.server.ts";
import { countProcess } from "~/metrics/exporter.server.ts";
import { answerForOthers } from "~/metrics/other-webs.server.ts";
import { env } from "~/platform/env.server.ts";
import { messageOf } from "~/platform/errors.ts";
import { isHanded, serveHanded } from "~/platform/handed-connections.ts";
import { newId } from "~/platform/ids.ts";
import { log } from "~/platform/log.server.ts";
import { singleton } from "~/platform/singleton.ts";

/** The web process: Express around Remix. Headers, origin, health and a graceful stop; pages live in routes/. */
const dev = process.env["INVIGIL_DEV"] === "1";

/** What the client claims about itself is replaced by what the server saw. */
function identify(request: Request, response: Response, next: NextFunction): void {
  const given = request.get("x-request-id");
  const id = given && /^[\w.-]{8,64}$/.test(given) ? given : newId();
  request.headers["x-request-id"] = id;
  request.headers["x-invigil-address"] = request.ip ?? "";
  response.set("X-Request-Id", id);
  next();
}

/** Asked under a name of ours, and what changes something asked by a page of ours. */
function own(request: Request, response: Response, next: NextFunction): void {
  if (!isOurHost(request.get("host")) || !isOurHost(request.hostname)) return refuse(request, response, 421, NOT_OUR_HOST);
  if (!isFromOurPage(request))
    return refuse(request, response, 403, "This request did not come from a page of this console. Open the page and try again.");
  next();
}

/** Pages and scripts, several times smaller. A scrape is told its length; a stream of events must not wait in a buffer. */
const compressed = compression({
  filter: (request, response) =>
    request.path !== "/metrics" &&
    !/event-stream/.test(String(response.getHeader("Content-Type"))) &&
    compression.filter(request, response),
});

const httpMeters = () =>
  singleton("http.meters", () => ({
    duration: new Histogram({
      name: "invigil_http_request_duration_seconds",
      help: "Time to answer a request of the console",
      labelNames: ["method", "status"],
      buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    }),
    inFlight: new Counter({
      name: "invigil_http_requests_total",
      help: "Requests of the console, by status class",
      labelNames: ["method", "status"],
    }),
  }));

/** How many answers are under way, and whether they are the last ones. */
const open = { requests: 0, stopping: false };

function measured(request: Request, response: Response, next: NextFunction): void {
  const started = performance.now();
  open.requests++;
  response.on("close", () => open.requests--);
  // Whoever asks again on this connection would ask a process that has gone.
  if (open.stopping) response.set("Connection", "close");
  response.on("finish", () => {
    const labels = { method: request.method, status: `${Math.floor(response.statusCode / 100)}xx` };
    httpMeters().duration.observe(labels, (performance.now() - started) / 1000);
    httpMeters().inFlight.inc(labels);
    if (response.statusCode === 429)
      log.warn({ method: request.method, path: request.path, address: request.ip }, "too many requests");
  });
  next();
}

/** Where the answer has begun, or the door has refused already, there is nothing more to say. */
function failed(error: unknown, request: Request, response: Response, _next: NextFunction): void {
  if (response.locals["refused"]) return;
  const status = (error as { status?: number }).status ?? 500;
  if (status < 500 && !response.headersSent) return void response.status(status).type("text/plain").send("Not found.\n");
  log.error({ requestId: request.headers["x-request-id"], err: messageOf(error) }, "a request failed");
  if (response.headersSent) return void response.destroy();
  response.status(500).type("text/plain").send("Something went wrong on our side.\n");
}

async function remixHandler(app: express.Express) {
  const getLoadContext = (_request: Request, response: Response) => {
    const gone = new AbortController();
    response.once("close", () => gone.abort());
    return { nonce: response.locals["nonce"] as string, gone: gone.signal };
  };
  if (dev) {
    const vite = await import("vite");
    const server = await vite.createServer({ server: { middlewareMode: true } });
    app.use(server.middlewares);
    return createRequestHandler({
      build: () => server.ssrLoadModule("virtual:remix/server-build") as Promise<ServerBuild>,
      mode: "development",
      getLoadContext: getLoadContext as never,
    });
  }
  app.use("/assets", express.static("build/web/client/assets", { immutable: true, maxAge: "1y", fallthrough: false }));
  app.use(express.static("build/web/client", { maxAge: "1h" }));
  const build = (await import(pathToFileURL(path.resolve("build/web/server/index.js")).href)) as ServerBuild;
  return createRequestHandler({ build, mode: "production", getLoadContext: getLoadContext as never });
}

const LAST_ANSWERS_MS = 1500;
const LOOK_MS = 20;

/** Until what is under way was answered, and not for long: a stream of events never ends by itself. */
async function lastAnswers(): Promise<void> {
  const until = performance.now() + LAST_ANSWERS_MS;
  // What was just handed over has not been read yet.
  do await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  while (open.requests > 0 && performance.now() < until);
}

async function main(): Promise<void> {
  process.env["INVIGIL_PROCESS"] ??= "web";
  const { PORT, HOST } = env();
  await refuseRuntimeLogin();
  const app = express();
  app.disable("x-powered-by");
  app.set("trust proxy", env().TRUST_PROXY ?? false);
  app.get("/health", (_request, response) => void response.json({ status: "ok" }));
  app.use(identify, responseHeaders, measured, own, limitBody, compressed);
  const handle = await remixHandler(app);
  // After the bundle was loaded: while it is, nothing that comes back is heard in time.
  await refuseOldSchema();
  app.all("*", handle);
  app.use(failed);
  // The longest that a client may take: to say what it wants, and to send the largest file. Forms have less (limitBody).
  const server = http.createServer(
    { headersTimeout: 15_000, requestTimeout: 300_000, keepAliveTimeout: 10_000, connectionsCheckingInterval: 5000 },
    app,
  );
  server.on("error", (error: NodeJS.ErrnoException) => {
    const reason =
      error.code === "EADDRINUSE" ? `PORT: ${PORT} is taken; choose another, for example PORT=${PORT + 1}` : error.message;
    process.stderr.write(`${reason}\n`);
    process.exit(1);
  });
  const ready = () => {
    log.info({ host: HOST, port: PORT }, "web is ready");
    process.send?.({ ready: true });
  };
  if (isHanded()) {
    countProcess("web");
    answerForOthers();
    serveHanded(server);
    ready();
  } else server.listen(PORT, HOST, ready);

  const stopReports = startPoolReports();
  const stop = () => {
    if (open.stopping) return;
    open.stopping = true;
    log.info("web is stopping");
    if (process.connected) process.send?.({ leaving: true });
    stopReports();
    // Whoever follows a room connects again, to another process or to the next one.
    void roomHub().stop();
    server.close();
    server.closeIdleConnections();
    setTimeout(() => server.closeAllConnections(), LAST_ANSWERS_MS).unref();
    void lastAnswers()
      .then(() => clients().close())
      .finally(() => process.exit(0));
    setTimeout(() => process.exit(0), 2500).unref();
  };
  process.once("SIGTERM", stop);
  process.once("SIGINT", stop);
  // A supervisor that was killed leaves no orphan of ours.
  process.once("disconnect", stop);
}

if (!fs.existsSync("package.json")) process.stderr.write("start from the project's directory\n");
void main().catch((error: unknown) => {
  process.stderr.write(`${messageOf(error)}\n`);
  process.exit(1);
});
