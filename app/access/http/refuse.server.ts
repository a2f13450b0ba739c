import type { Request, Response } from "express";
import { encode } from "turbo-stream";
import { newId } from "~/platform/ids.ts";
import { log } from "~/platform/log.server.ts";

/** How long what still arrives is thrown away, so that the sender can read why; then the connection ends. */
const LINGER_MS = 3000;

/**
 * Answered before all of it has arrived: what still comes is read into nothing. A connection that is cut while someone still sends
 * loses the answer too, so Node may not end it with the answer, as it does where the sender asked for `Connection: close`.
 */
export function outlast(request: Request, response: Response): void {
  const ends = !response.shouldKeepAlive;
  response.shouldKeepAlive = true;
  response.once("finish", () => {
    if (!request.complete) return discard(request, ends);
    if (ends) request.socket.end();
  });
}

function discard(request: Request, ends: boolean): void {
  request.removeAllListeners("data");
  request.removeAllListeners("readable");
  request.resume();
  const late = setTimeout(() => request.complete || request.socket.destroy(), LINGER_MS).unref();
  request.once("end", () => {
    clearTimeout(late);
    if (ends) request.socket.end();
  });
}

/**
 * Refused at the door, before any page: in the shape that whoever asked can read. A form that a page of ours sent gets what its
 * action would have answered, and shows it.
 */
export function refuse(request: Request, response: Response, status: number, says: string): void {
  if (response.headersSent) return void request.socket.destroy();
  response.locals["refused"] = true;
  log.warn({ status, method: request.method, path: request.path, address: request.ip }, "a request was refused at the door");
  response.status(status).set({ "Cache-Control": "no-store", ...(status === 503 ? { "Retry-After": "60" } : {}) });
  outlast(request, response);
  if (request.path.startsWith("/api/")) {
    response.type("application/problem+json").send(
      JSON.stringify({
        type: "about:blank",
        title: "Refused",
        status,
        detail: says,
        requestId: request.headers["x-request-id"] ?? newId(),
      }),
    );
  } else if (request.path.endsWith(".data")) {
    response.set({ "Content-Type": "text/x-script; charset=utf-8", "X-Remix-Response": "yes" });
    const answer = { data: { ok: false, status, message: says, fields: {}, values: {}, stepUp: false } };
    void sendStream(response, encode(answer));
  } else response.type("text/plain").send(`${says}\n`);
}

async function sendStream(response: Response, stream: ReadableStream<Uint8Array>): Promise<void> {
  for (const reader = stream.getReader(); ;) {
    const part = await reader.read();
    if (part.done) break;
    response.write(part.value);
  }
  response.end();
}
