import type { IncomingMessage, ServerResponse } from "node:http";
import { sealFacts, signSeal } from "~/audit/export-file.ts";
import { signingKey } from "~/audit/keys.server.ts";
import type { AlertEngine } from "~/observability/alerts/engine.server.ts";
import { mayRead } from "~/observability/sampler/collector-link.server.ts";
import type { Sampler } from "~/observability/sampler/sampler.server.ts";
import type { Sample } from "~/observability/sampler/sample.ts";
import { pack, packSample } from "~/observability/sampler/wire.ts";
import { messageOf } from "~/platform/errors.ts";

type Sampling = { sampler: Sampler | null; alerts: AlertEngine | null };

const bytesOf = new WeakMap<Sample, Promise<Buffer>>();

/** Made when it is first asked for, once for each sample however many ask. */
function packed(sample: Sample): Promise<Buffer> {
  const known = bytesOf.get(sample);
  if (known) return known;
  const made = packSample(sample);
  bytesOf.set(sample, made);
  return made;
}

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
  else if (url.pathname === "/internal/export-seal") {
    const facts = sealFacts.safeParse(Object.fromEntries(url.searchParams));
    if (facts.success) say(200, { note: signSeal(facts.data, signingKey()) });
    else say(400, { error: "not the end of an export" });
  } else if (!sampler || !active) say(503, { error: "not the active collector" });
  else if (url.pathname === "/internal/snapshot") say(200, sampler.snapshot());
  else if (url.pathname === "/internal/sample") {
    const sample = sampler
      .held()
      .find((sample) => sample.target === url.searchParams.get("target") && sample.probe === url.searchParams.get("probe"));
    if (!sample) say(404, { error: "no such sample yet" });
    else
      packed(sample).then(
        (bytes) => response.writeHead(200, { "Content-Type": "application/json", "Cache-Control": "no-store" }).end(bytes),
        (error: unknown) => say(500, { error: messageOf(error) }),
      );
  } else if (url.pathname === "/internal/seconds")
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
