import { fork, type ChildProcess } from "node:child_process";
import http from "node:http";
import net from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { bundled } from "../../tests/fixtures/bundled.ts";
import { listenForWeb, type WebListener } from "./web-listener.ts";

// Real processes behind one port. Breaks when the port refuses or an answer is lost while one of them is stopped or killed.
let file: string;
let listener: WebListener;
let port: number;
const children = new Set<ChildProcess>();

function launch(): Promise<ChildProcess> {
  const child = fork(file, [], { env: { ...process.env, INVIGIL_HANDED: "1" } });
  children.add(child);
  child.once("exit", () => children.delete(child));
  listener.join(child);
  return new Promise((resolve) => child.on("message", (message: { ready?: true }) => message.ready && resolve(child)));
}

/** One request on a connection of its own: the process that answered. */
function get(path = "/", agent?: http.Agent): Promise<{ pid: number; body: string }> {
  return new Promise((resolve, reject) => {
    http
      .get({ host: "127.0.0.1", port, path, ...(agent ? { agent } : { agent: false }) }, (response) => {
        let body = "";
        response.on("data", (chunk: Buffer) => (body += String(chunk)));
        response.on("end", () => resolve({ pid: Number(response.headers["x-pid"]), body }));
        response.on("error", reject);
      })
      .on("error", reject);
  });
}

beforeAll(async () => {
  file = await bundled("tests/fixtures/handed-process.ts");
  port = await new Promise((resolve) => {
    const probe = net.createServer().listen(0, "127.0.0.1", () => {
      const { port: free } = probe.address() as net.AddressInfo;
      probe.close(() => resolve(free));
    });
  });
  listener = await listenForWeb(port, "127.0.0.1");
});
afterAll(() => {
  listener.close();
  for (const child of children) child.kill("SIGKILL");
});

it("a connection that comes before any process is ready waits for one", async () => {
  const early = get();
  await sleep(200);
  const child = await launch();
  expect((await early).pid).toBe(child.pid);
});

it("connections are shared out between the processes", async () => {
  await launch();
  const pids = (await Promise.all(Array.from({ length: 40 }, () => get()))).map((answer) => answer.pid);
  const counts = [...new Set(pids)].map((pid) => pids.filter((other) => other === pid).length);
  expect(counts).toHaveLength(2);
  expect(Math.min(...counts)).toBeGreaterThanOrEqual(10);
});

it("no request fails while a process stops gracefully, and none is refused when all are killed", async () => {
  const [first, second] = [...children];
  const slow = Promise.all(Array.from({ length: 6 }, () => get("/slow")));
  await sleep(100);
  const leaving = new Promise((resolve) => {
    first!.on("message", (message: { leaving?: true }) => message.leaving && resolve(message));
  });
  first!.kill("SIGTERM");
  await leaving;
  const meanwhile: number[] = [];
  for (let i = 0; i < 20; i++) meanwhile.push((await get()).pid);
  expect(new Set(meanwhile)).toEqual(new Set([second!.pid]));
  const finished = await slow;
  expect(finished.every((answer) => answer.body === "whole")).toBe(true);
  expect(new Set(finished.map((answer) => answer.pid)), "the slow ones were with both").toHaveProperty("size", 2);
  second!.kill("SIGKILL");
  await new Promise((resolve) => second!.once("exit", resolve));
  const waiting = get();
  await sleep(200);
  const next = await launch();
  expect((await waiting).pid).toBe(next.pid);
});

it("a client that says nothing, or half of a header, is cut after the time that the process allows", async () => {
  for (const words of ["", "GET / HTTP/1.1\r\nHost: x\r\n"]) {
    const socket = net.connect(port, "127.0.0.1");
    socket.on("error", () => undefined);
    socket.write(words);
    socket.resume();
    const started = performance.now();
    await new Promise((resolve) => socket.once("close", resolve));
    expect(performance.now() - started).toBeLessThan(4000);
  }
});

it("one process that is asked for figures tells those of the others too", async () => {
  await launch();
  const { pid, body } = await get("/metrics");
  const others = [...children].filter((child) => child.pid !== pid).map((child) => `web_pid ${child.pid}`);
  expect(
    body
      .split("\n")
      .filter((line) => line.startsWith("web_pid"))
      .sort(),
  ).toEqual([...others, `web_pid ${pid}`].sort());
});
