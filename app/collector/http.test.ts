import http from "node:http";
import net, { type AddressInfo } from "node:net";
import os from "node:os";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Exporter } from "~/metrics/exporter.server.ts";
import { forget } from "~/platform/singleton.ts";
import { serveMetrics } from "./http.server.ts";

// Breaks when who asks much, or never reads, or may not ask, costs the others anything.
const servers: http.Server[] = [];
const saved = { ...process.env };

beforeEach(() => {
  process.env["DATABASE_URL"] ??= "postgresql://nobody@127.0.0.1:1/none";
});

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
  process.env = { ...saved };
  forget("env");
});

async function serve(exporter: Pick<Exporter, "latest" | "latestOf">, host = "127.0.0.1", sendMs?: number): Promise<number> {
  const server = http.createServer(serveMetrics(exporter, () => ({ active: true, schedules: [] }), sendMs));
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  return (server.address() as AddressInfo).port;
}

const stub = (lines: number) => {
  const text = Buffer.from("# HELP x y\n# TYPE x gauge\n" + "x 1\n".repeat(lines));
  const made = async () => ({ text, zipped: gzipSync(text), at: Date.now(), ms: 1 });
  return { latest: made, latestOf: async (server: string) => (server === "primary" ? made() : null) };
};

const status = async (port: number, headers: Record<string, string> = {}, host = "127.0.0.1") =>
  (await fetch(`http://${host}:${port}/metrics`, { headers })).status;

describe("who may scrape", () => {
  it("with a token: whoever has it, and nobody else", async () => {
    process.env["METRICS_TOKEN"] = "a-token-of-some-length";
    forget("env");
    const port = await serve(stub(1));
    expect(await status(port)).toBe(401);
    for (const wrong of [
      "Bearer",
      "Bearer ",
      "Bearer a-token-of-some-lengtH",
      "a-token-of-some-length",
      `Bearer ${"x".repeat(5000)}`,
    ])
      expect(await status(port, { authorization: wrong }), wrong).toBe(401);
    expect(await status(port, { authorization: "Bearer a-token-of-some-length" })).toBe(200);
  });

  const outside = Object.values(os.networkInterfaces())
    .flat()
    .find((one) => one && !one.internal && one.family === "IPv4")?.address;
  it.skipIf(!outside)("without one: this machine's loopback only", async () => {
    delete process.env["METRICS_TOKEN"];
    forget("env");
    const port = await serve(stub(1), "0.0.0.0");
    expect(await status(port)).toBe(200);
    expect(await status(port, {}, outside!)).toBe(401);
    expect(await status(port, { "X-Forwarded-For": "127.0.0.1" }, outside!)).toBe(401);
  });
});

describe("who asks much", () => {
  it("fifty clients ten times a second are all answered, from one text that is made once", async () => {
    const exporter = new Exporter(
      { sampler: null, alerts: null },
      () => true,
      () => [],
    );
    const first = exporter.latest();
    const port = await serve(exporter);
    const agent = new http.Agent({ keepAlive: true, maxSockets: 60 });
    const once = () =>
      new Promise<number>((resolve, reject) => {
        http
          .get({ port, path: "/metrics", agent }, (response) => {
            response.resume();
            response.once("end", () => resolve(response.statusCode!));
          })
          .once("error", reject);
      });
    const answers: number[] = [];
    await Promise.all(
      Array.from({ length: 50 }, async () => {
        for (let i = 0; i < 10; i++) {
          const next = new Promise((resolve) => setTimeout(resolve, 100));
          answers.push(await once());
          await next;
        }
      }),
    );
    agent.destroy();
    expect(answers).toHaveLength(500);
    expect(new Set(answers)).toEqual(new Set([200]));
    expect(await exporter.latest()).toBe(await first);
  });
});

describe("who never reads", () => {
  it("is let go after a while, and holds nobody up meanwhile", async () => {
    const port = await serve(stub(4_000_000), "127.0.0.1", 3000);
    let came = 0;
    servers[0]!.on("connection", () => came++);
    const deaf = await Promise.all(
      Array.from({ length: 20 }, async () => {
        const socket = net.connect({ port, host: "127.0.0.1" });
        socket.on("error", () => undefined);
        await new Promise((resolve) => socket.once("connect", resolve));
        socket.pause();
        socket.write("GET /metrics HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: identity\r\n\r\n");
        return socket;
      }),
    );
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(await status(port)).toBe(200);
    const open = () => new Promise<number>((resolve) => servers[0]!.getConnections((_error, n) => resolve(n)));
    expect(came).toBeGreaterThanOrEqual(20);
    await new Promise((resolve) => setTimeout(resolve, 5000));
    // What is left is the one that asked properly, on its kept connection.
    expect(await open()).toBeLessThanOrEqual(1);
    for (const socket of deaf) socket.destroy();
  });
});

it("answers no metrics under a name that someone else may have made lead here", async () => {
  const port = await serve(stub(1));
  const ask = (host: string, path: string) =>
    new Promise<number>((resolve, reject) =>
      http
        .get({ host: "127.0.0.1", port, path, headers: { host } }, (response) => {
          response.resume();
          resolve(response.statusCode ?? 0);
        })
        .on("error", reject),
    );
  expect(await ask("evil.example", "/metrics")).toBe(421);
  expect(await ask(`localhost:${port}`, "/metrics")).toBe(200);
  expect(await ask("evil.example", "/health")).toBe(200);
});
