import { spawn } from "node:child_process";
import fs from "node:fs";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { expect, it } from "vitest";

// What the image asks every 15 seconds, as it stands in the Dockerfile. Breaks when it asks another port than the one that the
// process listens on, or takes a bad answer for a good one.
const [, command] = /^HEALTHCHECK .*CMD (\[.*\])$/m.exec(fs.readFileSync("Dockerfile", "utf8"))!;
const [program, ...args] = JSON.parse(command!) as string[];

const check = (env: Record<string, string>) =>
  new Promise<number | null>((resolve) => {
    const { PORT: _port, HEALTH_PORT: _health, ...rest } = process.env;
    expect(program).toBe("node");
    spawn(process.execPath, args, { env: { ...rest, ...env }, stdio: "ignore" }).once("exit", resolve);
  });

it("the image's health check asks PORT, or HEALTH_PORT where that is said, and believes a good answer only", async () => {
  let status = 200;
  const asked: string[] = [];
  const server = http.createServer((request, response) => {
    asked.push(request.url!);
    response.writeHead(status).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const closed = String(await freePort());
  try {
    expect(await check({ PORT: String(port) })).toBe(0);
    expect(await check({ PORT: closed, HEALTH_PORT: String(port) })).toBe(0);
    expect(asked).toEqual(["/health", "/health"]);
    expect(await check({ PORT: closed })).toBe(1);
    status = 503;
    expect(await check({ PORT: String(port) })).toBe(1);
  } finally {
    server.close();
  }
});

async function freePort(): Promise<number> {
  const server = http.createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
