import type { Request } from "express";
import { readCookieHeader, SESSION } from "../cookies.server.ts";

/** The path as it is answered: without the dots that would make one route look like another. */
const pathOf = (request: Request) => new URL(request.url, "http://own.invalid").pathname;

/** Whether a change was asked for by a page of ours: also on resource routes, which Remix does not check. */
export function isFromOurPage(request: Request): boolean {
  if (["GET", "HEAD", "OPTIONS"].includes(request.method)) return true;
  // Machines send a bearer key and no cookie: there is nothing to forge.
  const bearer = request.get("authorization")?.startsWith("Bearer ") ?? false;
  if (bearer && pathOf(request).startsWith("/api/") && readCookieHeader(request.headers, SESSION) === null) return true;
  const origin = request.get("origin");
  const site = request.get("sec-fetch-site");
  return origin
    ? URL.canParse(origin) && new URL(origin).host === request.get("host")
    : site === undefined || site === "same-origin" || site === "none";
}
