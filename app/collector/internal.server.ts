import type { IncomingMessage, ServerResponse } from "node:http";
import type { AlertEngine } from "~/observability/alerts/engine.server.ts";
import { mayRead } from "~/observability/sampler/collector-link.server.ts";
import type { Sampler } from "~/observability/sampler/sampler.server.ts";
import { pack } from "~/observability/sampler/wire.ts";

type Sampling = { sampler: Sampler | null; alerts: AlertEngine | null };

/** For the console's own web process: what the collector knows now, also while the primary is away. */
export function answerInternal(
  { sampler, alerts }: Sampling,
  active: boolean,
  request: IncomingMessage,
  response: ServerResponse,
): boolean {
  const url = new URL(request.url ?? "/", "http://collector");
  if (!url.pathname.startsWith("/internal/")) return false;
  const say = (status: number, body: unknown) =>
    void response.writeHead(status, { "Content-Type": "application/json", "Cache-Control": "no-store" }).end(pack(body));
  if (!mayRead(request.headers.authorization)) say(401, { error: "not for you" });
  else if (!sampler || !active) say(503, { error: "not the active collector" });
  else if (url.pathname === "/internal/snapshot") say(200, sampler.snapshot());
  else if (url.pathname === "/internal/seconds")
    say(
      200,
      sampler.memory.between(
        url.searchParams.get("target") ?? "primary",
        Number(url.searchParams.get("from")),
        Number(url.searchParams.get("to")),
      ),
    );
  else if (url.pathname === "/internal/alerts") say(200, alerts?.conditions() ?? []);
  else say(404, { error: "unknown" });
  return true;
}
