import type { AddressInfo } from "node:net";
import type { Server } from "node:http";
import express from "express";
import { afterEach, expect, it } from "vitest";
import { forget } from "~/platform/singleton.ts";
import { readCookieHeader, setCookie } from "../cookies.server.ts";
import { responseHeaders } from "./response-headers.server.ts";

const saved = { ...process.env };
let server: Server | undefined;

afterEach(() => {
  server?.close();
  process.env = { ...saved };
  forget("env");
});

/** A page that sets a session cookie and says what it read of one. */
async function ask(settings: Record<string, string>, headers: Record<string, string>, cache?: string): Promise<Response> {
  Object.assign(process.env, { DATABASE_URL: "", ...settings });
  forget("env");
  const app = express();
  app.set("trust proxy", settings["TRUST_PROXY"] ?? false);
  app.use(responseHeaders);
  app.get("/", (request, response) => {
    response.append("Set-Cookie", setCookie("invigil_session", "new", 60));
    response.append("Set-Cookie", setCookie("invigil_theme", "dark", 60));
    if (cache) response.set("Cache-Control", cache);
    response.send(String(readCookieHeader(request.headers, "invigil_session")));
  });
  server = app.listen(0, "127.0.0.1");
  await new Promise((resolve) => server!.once("listening", resolve));
  return fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`, { headers });
}

const BOTH = "invigil_session=plain; __Host-invigil_session=bound";

it("cookies are bound to this host and to TLS where the console's address is https, also in the demo", async () => {
  const answer = await ask({ INVIGIL_URL: "https://invigil.example.edu" }, { cookie: BOTH });
  for (const cookie of answer.headers.getSetCookie()) expect(cookie).toMatch(/^__Host-invigil_\w+=.*; Path=\/;.*; Secure$/);
  expect(answer.headers.getSetCookie()).toHaveLength(2);
  expect(answer.headers.get("strict-transport-security")).toMatch(/max-age=31536000/);
  expect(await answer.text()).toBe("bound");
});

it("a trusted proxy's word that the request came by TLS counts, and nobody else's", async () => {
  const tls = { "x-forwarded-proto": "https", cookie: BOTH };
  const trusted = await ask({ TRUST_PROXY: "loopback" }, tls);
  expect(trusted.headers.getSetCookie()[0]).toMatch(/^__Host-.*Secure$/);
  server?.close();
  const stranger = await ask({}, { ...tls, "x-invigil-secure": "1" });
  expect(stranger.headers.getSetCookie()[0]).toMatch(/^invigil_session=new; (?!.*Secure)/);
  expect(stranger.headers.get("strict-transport-security")).toBeNull();
  expect(await stranger.text()).toBe("plain");
});

it("nothing is kept by a cache unless the answer says so", async () => {
  expect((await ask({}, {})).headers.get("cache-control")).toBe("no-store");
  server?.close();
  expect((await ask({}, {}, "public, max-age=60")).headers.get("cache-control")).toBe("public, max-age=60");
});
