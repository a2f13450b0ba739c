import { randomBytes } from "node:crypto";
import type { NextFunction, Request, Response } from "express";
import { env } from "~/platform/env.server.ts";
import { SECURE_HEADER, secureCookie } from "../cookies.server.ts";

const dev = process.env["INVIGIL_DEV"] === "1";

const policy = (nonce: string) =>
  [
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
  ].join("; ");

const isSecure = (request: Request) => request.secure || env().production || env().INVIGIL_URL.startsWith("https:");

/**
 * What every answer carries. What says nothing else is not kept by any cache: a private page must not be found in a browser
 * after its reader has left.
 */
export function responseHeaders(request: Request, response: Response, next: NextFunction): void {
  const nonce = randomBytes(16).toString("base64");
  response.locals["nonce"] = nonce;
  const secure = isSecure(request);
  request.headers[SECURE_HEADER] = secure ? "1" : "0";
  response.set({
    "Content-Security-Policy": policy(nonce),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    ...(secure ? { "Strict-Transport-Security": "max-age=31536000; includeSubDomains" } : {}),
  });
  const writeHead = response.writeHead.bind(response) as (...given: unknown[]) => Response;
  response.writeHead = ((...given: unknown[]) => {
    if (!response.hasHeader("Cache-Control")) response.setHeader("Cache-Control", "no-store");
    const cookies = response.getHeader("Set-Cookie");
    if (secure && cookies !== undefined)
      response.setHeader(
        "Set-Cookie",
        [cookies].flat().map((one) => secureCookie(String(one))),
      );
    return writeHead(...given);
  }) as Response["writeHead"];
  next();
}
