import type { ActionFunctionArgs } from "@remix-run/node";
import type { Ctx } from "~/db/ctx.ts";
import { isConnectionLoss } from "~/db/retry.ts";
import type { KeyScope } from "~/domains/integrity/keys/api-keys.server.ts";
import { BadBatch, MAX_BYTES } from "~/platform/event-batch.ts";
import { log } from "~/platform/log.server.ts";
import { problem } from "~/platform/problem.server.ts";
import { machineClient } from "./machine-client.server.ts";

export type Ingest = (ctx: Ctx, collegeId: string, body: { text: string; contentType: string }) => Promise<object>;

export const onlyPost = ({ request }: { request: Request }) =>
  problem(request, 405, "Events are sent with POST", { Allow: "POST" });

/** The body as text, given up on as soon as it is too large: what it claims about its length is not believed. */
async function readBody(request: Request): Promise<string> {
  if (Number(request.headers.get("content-length") ?? 0) > MAX_BYTES) throw new BadBatch(`At most ${MAX_BYTES} bytes`, 413);
  const decoder = new TextDecoder("utf-8", { fatal: true });
  const reader = request.body?.getReader();
  let text = "";
  let size = 0;
  try {
    for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
      size += part.value.byteLength;
      if (size > MAX_BYTES) throw new BadBatch(`At most ${MAX_BYTES} bytes`, 413);
      text += decoder.decode(part.value, { stream: true });
    }
    return text + decoder.decode();
  } catch (error) {
    if (error instanceof BadBatch) throw error;
    throw new BadBatch("The body is not UTF-8");
  } finally {
    // Not cancelled: that would end the connection before the answer is read. The server drops what still comes.
    reader?.releaseLock();
  }
}

/** Takes batches of events from machine clients whose key has this scope. */
export function eventEndpoint(scope: KeyScope, ingest: Ingest) {
  const sender = machineClient(scope);
  return async ({ request }: ActionFunctionArgs): Promise<Response> => {
    if (request.method !== "POST") return onlyPost({ request });
    try {
      const client = await sender(request);
      if (!client) return problem(request, 401, "Send a key: Authorization: Bearer …", { "WWW-Authenticate": "Bearer" });
      const { collegeId, ...ctx } = client;
      const done = await ingest(ctx, collegeId, {
        text: await readBody(request),
        contentType: request.headers.get("content-type") ?? "application/json",
      });
      return new Response(JSON.stringify(done), {
        status: 202,
        headers: { "Content-Type": "application/json", "Cache-Control": "no-store" },
      });
    } catch (error) {
      if (error instanceof Response) return error;
      if (error instanceof BadBatch) return problem(request, error.status, error.message);
      if (isConnectionLoss(error))
        return problem(request, 503, "No event was stored. Send the same events again", { "Retry-After": "2" });
      log.error({ err: { message: (error as Error).message, stack: (error as Error).stack } }, "an ingest failed");
      return problem(request, 500, "No event was stored. The same events may be sent again");
    }
  };
}
