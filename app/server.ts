import { randomBytes } from "node:crypto";
import fs from "node:fs";
import http from "node:http";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { createRequestHandler } from "@remix-run/express";
import type { ServerBuild } from "@remix-run/node";
import express, { type NextFunction, type Request, type Response } from "express";
import { Counter, Histogram } from "prom-client";
import { clients } from "~/db/clients.server.ts";
import { refuseOldSchema } from "~/db/migrate/needed.server.ts";
import { startPoolReports } from "~/observability/connections/pools.server.ts";
import { env } from "~/platform/env.server.ts";
import { messageOf } from "~/platform/errors.ts";
import { newId } from "~/platform/ids.ts";
import { log } from "~/platform/log.server.ts";
import { singleton } from "~/platform/singleton.ts";

/** The web process: Express around Remix. Headers, origin, health and a graceful stop; pages live in routes/. */
const dev = process.env["INVIGIL_DEV"] === "1";

function securityHeaders(_request: Request, response: Response, next: NextFunction): void {
  const nonce = randomBytes(16).toString("base64");
  response.locals["nonce"] = nonce;
  response.set({
    "Content-Security-Policy": [
      "default-src 'self'",
      `script-src 'self' 'nonce-${nonce}'${dev ? " 'unsafe-eval'" : ""}`,
      "style-src 'self' 'unsafe-inline'",
      "img-src 'self' data:",
      "font-src 'self'",
      `connect-src 'self'${dev ? " ws:" : ""}`,
      "object-src 'none'",
      "base-uri 'none'",
      "form-action 'self'",
      "frame-ancestors 'none'",
    ].join("; "),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    ...(env().production ? { "Strict-Transport-Security": "max-age=31536000; includeSubDomains" } : {}),
  });
  next();
}

/** What the client claims about itself is replaced by what the server saw. */
function identify(request: Request, response: Response, next: NextFunction): void {
  const given = request.get("x-request-id");
  const id = given && /^[\w.-]{8,64}$/.test(given) ? given : newId();
  request.headers["x-request-id"] = id;
  request.headers["x-invigil-address"] = request.ip ?? "";
  response.set("X-Request-Id", id);
  next();
}

/** Every mutation must come from a page of ours: also on resource routes, which Remix does not check. */
function sameOrigin(request: Request, response: Response, next: NextFunction): void {
  if (["GET", "HEAD", "OPTIONS"].includes(request.method)) return next();
  // Machines send a bearer key and no cookie: there is nothing to forge.
  if (request.path.startsWith("/api/") && request.get("authorization")?.startsWith("Bearer ")) return next();
  const origin = request.get("origin");
  const site = request.get("sec-fetch-site");
  const host = request.get("host");
  const fine = origin
    ? URL.canParse(origin) && new URL(origin).host === host
    : site === undefined || site === "same-origin" || site === "none";
  if (fine) return next();
  response.status(403).type("text/plain").send("This request did not come from a page of this console.\n");
}

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

function measured(request: Request, response: Response, next: NextFunction): void {
  const started = performance.now();
  response.on("finish", () => {
    const labels = { method: request.method, status: `${Math.floor(response.statusCode / 100)}xx` };
    httpMeters().duration.observe(labels, (performance.now() - started) / 1000);
    httpMeters().inFlight.inc(labels);
  });
  next();
}

async function remixHandler(app: express.Express) {
  const getLoadContext = (_request: Request, response: Response) => ({ nonce: response.locals["nonce"] as string });
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

async function main(): Promise<void> {
  process.env["INVIGIL_PROCESS"] ??= "web";
  const { PORT, HOST } = env();
  const app = express();
  app.disable("x-powered-by");
  app.set("trust proxy", env().TRUST_PROXY ?? false);
  app.get("/health", (_request, response) => void response.json({ status: "ok" }));
  app.use(identify, securityHeaders, measured, sameOrigin);
  const handle = await remixHandler(app);
  // After the bundle was loaded: while it is, nothing that comes back is heard in time.
  await refuseOldSchema();
  app.all("*", handle);
  const server = http.createServer(app);
  server.on("error", (error: NodeJS.ErrnoException) => {
    const reason =
      error.code === "EADDRINUSE" ? `PORT: ${PORT} is taken; choose another, for example PORT=${PORT + 1}` : error.message;
    process.stderr.write(`${reason}\n`);
    process.exit(1);
  });
  server.listen(PORT, HOST, () => {
    log.info({ host: HOST, port: PORT }, "web is ready");
    process.send?.({ ready: true });
  });

  const stopReports = startPoolReports();
  const stop = () => {
    log.info("web is stopping");
    stopReports();
    server.close();
    server.closeIdleConnections();
    setTimeout(() => server.closeAllConnections(), 1000).unref();
    void clients()
      .close()
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
