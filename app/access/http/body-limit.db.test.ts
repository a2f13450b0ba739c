import express from "express";
import type { Server } from "node:http";
import net, { type AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, it } from "vitest";
import { ctxFor, everywhere, makeStaff, testDatabase } from "../../../tests/database.ts";
import { withScope } from "~/db/scope.server.ts";
import { SESSION } from "../cookies.server.ts";
import { createSession } from "../session.server.ts";
import { limitBody } from "./body-limit.server.ts";

// Breaks when a large file is taken from someone who has not signed in, or has done only half of it.
const db = testDatabase();
let server: Server;
let base: string;
const MB = 1024 * 1024;

beforeAll(async () => {
  const app = express();
  app.use((request, response, next) => void limitBody(request, response, next));
  app.post("*", (request, response) => {
    let size = 0;
    request.on("data", (chunk: Buffer) => (size += chunk.length));
    request.on("end", () => response.json({ size }));
  });
  await new Promise<void>((resolve) => (server = app.listen(0, "127.0.0.1", resolve)));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

async function upload(size: number, token: string | null): Promise<number> {
  const response = await fetch(`${base}/imports/new?resource=user`, {
    method: "POST",
    headers: token ? { cookie: `${SESSION}=${encodeURIComponent(token)}` } : {},
    body: Buffer.alloc(size),
  });
  const text = await response.text();
  if (response.ok) expect(JSON.parse(text)).toEqual({ size });
  return response.status;
}

async function session(secondFactor: boolean, confirmed: boolean): Promise<string> {
  const staff = await makeStaff(db.owner, "TENANT_MANAGER");
  if (confirmed) await db.owner.query("update console.staff set totp_confirmed_at = now() where id = $1", [staff.id]);
  const rights = { secondFactor, stepUp: false, risk: [] };
  return (await withScope(ctxFor(staff, everywhere), (inner) => createSession(inner, staff.id, rights))).token;
}

it("a large file is taken from whoever has signed in, and from nobody with only half of a login", async () => {
  expect(await upload(5 * MB, await session(true, true))).toBe(200);
  expect(await upload(5 * MB, await session(false, false))).toBe(200);
  expect(await upload(5 * MB, await session(false, true))).toBe(401);
  expect(await upload(5 * MB, "made-up")).toBe(401);
  expect(await upload(5 * MB, null)).toBe(401);
  expect(await upload(22 * MB, await session(true, true))).toBe(413);
  expect(await upload(60 * 1024, null)).toBe(200);
});

it("whoever wants the connection closed, and sends to the end before reading, still reads why it was too much", async () => {
  const { port } = server.address() as AddressInfo;
  const socket = net.connect(port, "127.0.0.1").pause();
  let ended = "";
  socket.on("error", (error) => (ended = error.message));
  const size = 300 * 1024;
  socket.write(`POST /login HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: ${size}\r\n\r\n`);
  for (let sent = 0; sent < size; sent += 1024) {
    socket.write(Buffer.alloc(1024));
    if (sent % (50 * 1024) === 0) await new Promise((resolve) => setTimeout(resolve, 20));
  }
  await new Promise((resolve) => setTimeout(resolve, 100));
  let answer = "";
  socket.on("data", (chunk: Buffer) => (answer += chunk.toString())).resume();
  await expect.poll(() => answer + ended).toContain("Larger than the limit of 64 KB");
  socket.destroy();
});
